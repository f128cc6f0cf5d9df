import { render } from 'preact';
import { followLinks } from './address.ts';
import { App } from './app.tsx';

const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no element "page"');
followLinks();
render(<App />, place);
