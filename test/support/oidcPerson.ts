/** What the browser asks for next. */
interface Step {
  readonly url: string;
  readonly form?: URLSearchParams;
}

/** A browser with no more than cookies, forms and redirects, and the person in front of it. */
export class OidcPerson {
  readonly #name: string;
  readonly #cookies = new Map<string, string>();

  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Goes through the provider's pages from `address`: signs in, agrees, confirms codes. Resolves with the address that is
   * not the provider's any more, or with the text of the last page. `says` false aborts at the first page with a choice.
   */
  async visit(address: string, says = true): Promise<string> {
    const { origin } = new URL(address);
    let aborted = false;
    let request: Step = { url: address };
    for (let step = 0; step < 20; step++) {
      if (new URL(request.url).origin !== origin) {
        return request.url;
      }
      const answer = await fetch(request.url, {
        method: request.form === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(request.form !== undefined && { body: request.form }),
      });
      this.#keep(answer.headers.getSetCookie());
      const text = await answer.text();
      const location = answer.headers.get('location');
      const next: Step | undefined =
        location === null && !aborted ? formIn(text, request.url, this.#name, says) : undefined;
      if (location !== null) {
        request = { url: new URL(location, request.url).href };
      } else if (next === undefined) {
        return text;
      } else {
        request = next;
        aborted ||= next.form === undefined;
      }
    }
    throw new Error('the provider never came to an end');
  }

  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') {
        this.#cookies.delete(name);
      } else {
        this.#cookies.set(name, value);
      }
    }
  }
}

/** The form of a page, filled in; undefined for a page without one. */
function formIn(html: string, base: string, name: string, says: boolean): Step | undefined {
  const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1];
  if (action === undefined) {
    return undefined;
  }
  const abort = /href="([^"]*\/abort)"/.exec(html)?.[1];
  if (!says && abort !== undefined) {
    return { url: new URL(abort, base).href };
  }
  const form = new URLSearchParams();
  for (const [input] of html.matchAll(/<input[^>]*>/g)) {
    const key = /name="([^"]+)"/.exec(input)?.[1];
    if (key !== undefined) {
      const typed = key === 'login' ? name : key === 'password' ? 'EXAMPLE-PASSWORD' : undefined;
      form.set(key, typed ?? /value="([^"]*)"/.exec(input)?.[1] ?? '');
    }
  }
  return { url: new URL(action.replaceAll('&amp;', '&'), base).href, form };
}
