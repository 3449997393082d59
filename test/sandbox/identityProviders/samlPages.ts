import { escape, page } from '../identityCenter/pages.ts';

// Forms lead to where they are relative to themselves: a workbench in a browser puts a proxy before this machine.

/** Where a person says who they are. `wrong` is set when they have tried before. */
export function passwordPage(wrong: boolean): string {
  return page(
    'Sign in to Acme',
    `${complaint(wrong, 'The user name or the password is wrong.')}<form method="post" action="sso">
<p><label>User name<br><input name="user" autocomplete="username" autofocus required></label>
<p><label>Password<br><input name="password" type="password" autocomplete="current-password" required></label>
<p><button>Sign in</button></form>`,
  );
}

/** Where they prove it with a second factor. `ticket` stands for the password that was right. */
export function codePage(ticket: string, wrong: boolean): string {
  return page(
    'Enter your code',
    `${complaint(wrong, 'This code is wrong.')}<form method="post" action="code">
<input type="hidden" name="ticket" value="${escape(ticket)}">
<p><label>Six digits from your authenticator<br><input name="code" inputmode="numeric" pattern="[0-9]{6}" autocomplete="one-time-code" autofocus required></label>
<p><button>Verify</button></form>`,
  );
}

/** What takes the response to AWS: a form that sends itself, as every identity provider has it. */
export function postPage(action: string, response: string): string {
  return page(
    'One moment',
    `<form method="post" action="${escape(action)}"><input type="hidden" name="SAMLResponse" value="${escape(response)}">
<input type="hidden" name="RelayState" value=""><noscript><button>Continue</button></noscript></form>
<script>document.forms[0].submit()</script>`,
  );
}

function complaint(shown: boolean, text: string): string {
  return shown ? `<p role="alert">${escape(text)}</p>` : '';
}
