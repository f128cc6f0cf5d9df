import { describe } from 'node:test';
import { checkApp } from './check-app.ts';

for (const sdk of ['sdk3', 'sdk2']) {
  describe(`an app that wires the providers of ${sdk} by hand`, () => {
    checkApp({
      fixture: `providers by hand, SDK ${sdk === 'sdk3' ? '3.x' : '2.x'}`,
      app: `hand-wired-${sdk}`,
      events: 'app',
      spans: 'app',
    });
  });
}
