import type { ServerResponse } from 'node:http';

/** What a person reads in the browser at the end. */
export interface PageTexts {
  readonly title: string;
  readonly done: string;
  readonly failed: string;
}

/** The same where a page may come back that belongs to another sign-in. */
export interface SignInTexts extends PageTexts {
  readonly other: string;
}

/** For a page that loads nothing, runs nothing, is kept nowhere and tells nobody where it was. */
const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Ends a request with a page of one sentence. */
export function sendPage(response: ServerResponse, status: number, title: string, text: string): void {
  response.writeHead(status, { ...pageHeaders, Connection: 'close' });
  response.end(page(title, text));
}

function page(title: string, text: string): string {
  return `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<style>:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:20vh auto;padding:0 1rem}</style>
<h1>${escape(title)}</h1><p>${escape(text)}</p>
`;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
