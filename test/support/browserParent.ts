/**
 * A process that signs in with a browser until it is killed: `node browserParent.ts BROWSER FOLDER URL`. It prints a line
 * when the window is there.
 */
import { startBrowser } from '../../src/machine/startBrowser.ts';
import { createBrowserWay } from '../../src/signIn/samlBrowser.ts';
import { testArguments } from './realBrowser.ts';

const [, , path = '', folder = '', loginUrl = ''] = process.argv;
const way = createBrowserWay({
  findBrowser: () => Promise.resolve({ path, profiles: undefined }),
  start: startBrowser,
  env: process.env,
  folder,
  root: process.getuid?.() === 0,
  exclusive: (_key, _signal, work) => work(),
  testArguments,
});
await way({ loginUrl, profile: 'saml' }, new AbortController().signal);
