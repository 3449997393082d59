import type { Client } from './identityCenter.ts';

// Their forms lead to where they are relative to themselves: a workbench in a browser puts a proxy before this machine.

/** The page on which a person compares the code of a device and allows it. */
export function devicePage(user: string, userCode: string): string {
  return page(
    'Authorization requested',
    `<p>${escape(user)}, confirm that your device shows this code:</p>
<form method="post" action="device"><input name="user_code" value="${escape(userCode)}" aria-label="Code"><p>
<button name="verdict" value="allowed">Confirm and continue</button> <button name="verdict" value="denied">Deny access</button></form>`,
  );
}

/** The page on which a person lets an application in; its form carries the request along. */
export function authorizePage(user: string, client: Client, query: string): string {
  return page(
    'Allow access to your data?',
    `<p>${escape(user)}, the application ${escape(client.id)} asks for ${escape(client.scopes.join(', '))}.</p>
<form method="post" action="authorize?${escape(query)}">
<button name="verdict" value="allowed">Allow access</button> <button name="verdict" value="denied">Deny access</button></form>`,
  );
}

/** A page that only says something. */
export function page(title: string, body: string): string {
  return `<!doctype html><meta charset="utf-8"><title>${escape(title)}</title><body style="font:16px system-ui;max-width:30rem;margin:15vh auto"><h1>${escape(title)}</h1>${body}`;
}

/** Text for HTML, in an attribute too. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
