import { Window } from 'happy-dom';

/**
 * A page for React to render into, put in place before React is loaded: import this first. Only what React looks for; network,
 * streams and aborting stay Node's own.
 */
const window = new Window({ url: 'http://localhost/' });
Object.assign(globalThis, {
  window,
  document: window.document,
  sessionStorage: window.sessionStorage,
  HTMLElement: window.HTMLElement,
  HTMLIFrameElement: window.HTMLIFrameElement,
  Node: window.Node,
  MutationObserver: window.MutationObserver,
});
