import * as vscode from 'vscode';
import type { Fault } from '../../aws/faults.ts';
import { clientIdProblem, issuerNameProblem, issuerUrlProblem, isWord } from '../../aws/issuers.ts';
import type { Issuer } from '../../aws/planModel.ts';
import { faultSentence } from '../text/faults.ts';
import { issuerUrlSentence } from '../text/issuers.ts';
import { t } from '../text/l10n.ts';
import { withCancel } from '../progress.ts';
import { askPick, askText } from './input.ts';
import { askSteps } from './steps.ts';
import type { Step } from './steps.ts';

interface IssuerForm {
  readonly by: Issuer['by'];
  readonly url: string;
  readonly clientId: string;
  readonly scopes: string;
  readonly sessionNameClaim: string;
  readonly name: string;
}

/** What asking for an issuer needs. */
export interface AddIssuerParts {
  /** Names that are taken. */
  readonly names: ReadonlySet<string>;
  /** Reads the issuer's discovery document. */
  check(issuer: Issuer, signal: AbortSignal): Promise<object | Fault>;
  save(issuer: Issuer): Promise<void>;
  isAsking(): boolean;
}

const title = (): string => t('Add Issuer');

/** The redirect that the app at the issuer must allow, with any port (RFC 8252, 7.3). */
const redirect = 'http://127.0.0.1/oauth/callback';

/**
 * Writes an issuer into the settings from a few answers, after a look whether one answers there. Returns it; undefined when
 * the person left.
 */
export async function addIssuer(parts: AddIssuerParts): Promise<Issuer | undefined> {
  let answers: Partial<IssuerForm> = {};
  for (;;) {
    const form = await askSteps<IssuerForm>(answers, stepsFor(parts.names));
    const issuer = form && issuerOf(form);
    if (form === undefined || issuer === undefined) {
      return undefined;
    }
    answers = form;
    switch (await look(parts, issuer)) {
      case 'save':
        await parts.save(issuer);
        return issuer;
      case 'change':
        break;
      case 'leave':
        return undefined;
    }
  }
}

/** Asks the issuer for its discovery document: a typing error shows here, and not at the first start. */
async function look(parts: AddIssuerParts, issuer: Issuer): Promise<'save' | 'change' | 'leave'> {
  if (issuer.by === 'microsoft') {
    return 'save';
  }
  const found = await withCancel(
    t('Looking whether an issuer answers at {0}', issuer.url),
    () => parts.isAsking(),
    (signal) => parts.check(issuer, signal),
  );
  if (!('kind' in found)) {
    return 'save';
  }
  const { text } = faultSentence(found, { session: issuer.name });
  if (text === '') {
    return 'leave';
  }
  const change = t('Change Answers');
  const add = t('Add Anyway');
  const choice = await vscode.window.showErrorMessage(text, change, add);
  return choice === change ? 'change' : choice === add ? 'save' : 'leave';
}

function stepsFor(names: ReadonlySet<string>): readonly Step<IssuerForm>[] {
  return [
    async (known, position) => {
      const answer = await askPick<Issuer['by']>({
        ...position,
        title: title(),
        placeholder: t('Where do you sign in?'),
        items: [
          {
            label: t('$(globe) At an OpenID Connect issuer'),
            description: t('in the browser, or with a code'),
            value: 'signIn',
          },
          {
            label: t('$(account) With VS Code’s Microsoft account'),
            description: t('at a tenant of Microsoft Entra ID'),
            value: 'microsoft',
          },
        ],
        active: (item) => item.value === known.by,
      });
      return answer.kind === 'value' ? { kind: 'value', value: { by: answer.value } } : answer;
    },
    (known, position) =>
      known.by === 'microsoft'
        ? ask(position, 'url', known.url, {
            prompt: t('The tenant: its ID, or one of its domains'),
            placeholder: 'acme.onmicrosoft.com',
            shown: tenantShown,
            value: tenantUrl,
            problem: (text) => urlSentence(tenantUrl(text)),
          })
        : ask(position, 'url', known.url, {
            prompt: t('The issuer’s address, exactly as your administrator wrote it into IAM'),
            placeholder: 'https://idp.example/realms/corp',
            problem: urlSentence,
          }),
    (known, position) =>
      ask(position, 'clientId', known.clientId, {
        prompt: t(
          'The client ID of the app registered there, a public one that allows the redirect {0}',
          redirect,
        ),
        placeholder: 'sts-sessions',
        problem: (text) => wordSentence(clientIdProblem(text)),
      }),
    (known, position) =>
      ask(position, 'scopes', known.scopes ?? (known.by === 'microsoft' ? '' : 'email offline_access'), {
        prompt: t('Scopes beside openid, with blanks between them (offline_access keeps you signed in)'),
        problem: (text) =>
          text === '' || text.split(/\s+/).every(isWord)
            ? undefined
            : t('A scope is one word, such as email'),
      }),
    (known, position) =>
      ask(position, 'sessionNameClaim', known.sessionNameClaim, {
        prompt: t('The claim that names your sessions in CloudTrail (leave it empty and one is made)'),
        placeholder: 'email',
        problem: (text) =>
          text === '' || isWord(text) ? undefined : t('A claim is one word, such as email'),
      }),
    (known, position) =>
      ask(position, 'name', known.name ?? suggestedName(known.url ?? '', names), {
        prompt: t('What it is to be called here, and in web_identity_issuer of your profiles'),
        placeholder: 'corp',
        problem: (text) =>
          names.has(text)
            ? t('There is an issuer of this name already')
            : wordSentence(issuerNameProblem(text)),
      }),
  ];
}

interface Question {
  readonly prompt: string;
  readonly placeholder?: string;
  problem(this: void, text: string): string | undefined;
  /** What the answer becomes, and how that is shown when one comes back to it. */
  value?(this: void, text: string): string;
  shown?(this: void, value: string): string;
}

async function ask(
  position: Parameters<Step<IssuerForm>>[1],
  key: Exclude<keyof IssuerForm, 'by'>,
  known: string | undefined,
  { prompt, placeholder = '', problem, value = same, shown = same }: Question,
): ReturnType<Step<IssuerForm>> {
  const answer = await askText({
    ...position,
    title: title(),
    prompt,
    placeholder,
    value: shown(known ?? ''),
    validate: (text) => problem(text.trim()),
  });
  return answer.kind === 'value' ? { kind: 'value', value: { [key]: value(answer.value) } } : answer;
}

function issuerOf(form: Partial<IssuerForm>): Issuer | undefined {
  const { by, url, clientId, name } = form;
  if (by === undefined || url === undefined || clientId === undefined || name === undefined) {
    return undefined;
  }
  const scopes = (form.scopes ?? '').split(/\s+/).filter((scope) => scope !== '' && scope !== 'openid');
  return { name, by, url, clientId, scopes, sessionNameClaim: form.sessionNameClaim || undefined };
}

function tenantUrl(tenant: string): string {
  return `https://login.microsoftonline.com/${tenant}/v2.0`;
}

function tenantShown(url: string): string {
  return /^https:\/\/login\.microsoftonline\.com\/([^/]+)\//.exec(url)?.[1] ?? url;
}

function same(text: string): string {
  return text;
}

function urlSentence(text: string): string | undefined {
  const problem = issuerUrlProblem(text);
  return problem === undefined ? undefined : issuerUrlSentence(problem);
}

function wordSentence(problem: 'empty' | 'badCharacter' | 'tooLong' | undefined): string | undefined {
  switch (problem) {
    case undefined:
      return undefined;
    case 'empty':
      return t('This must not be empty');
    case 'badCharacter':
      return t('There may be no blanks and no special characters here');
    case 'tooLong':
      return t('This is too long');
  }
}

/** `https://idp.acme.example/…` → `idp`, unless that is taken. */
function suggestedName(url: string, names: ReadonlySet<string>): string {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  const name = host === 'login.microsoftonline.com' ? 'entra' : (/^[a-z][\w-]*/i.exec(host)?.[0] ?? 'idp');
  return names.has(name) ? '' : name;
}
