// `npm run docs:size`: writes docs/size.md, what the package costs an app to install and to import.
import { writeFileSync } from 'node:fs';
import { packPackage } from './check-package/pack-package.ts';
import { sizeDocument } from './size-document.ts';
import { measureFigures, SIZE_FILE } from './size-figures.ts';

using packed = packPackage();
writeFileSync(SIZE_FILE, sizeDocument(measureFigures(packed)));
console.log('docs/size.md is written');
