import * as vscode from 'vscode';
import { isDeviceName } from '../../aws/mfaDevices.ts';
import { Secret } from '../../aws/secret.ts';
import type { CodeWay, EnrolPerson } from '../../session/enrolPorts.ts';
import { withCancel } from '../progress.ts';
import { authenticatorText, keepSeedText, secretPlace } from '../text/authenticators.ts';
import { againText, enrolText, waitText } from '../text/enrolment.ts';
import { showEnrolPage, type EnrolPage } from './enrolPage.ts';
import { askPick, askText, type BoxAction } from './input.ts';

/** Asks the person of this window. `now`: ms UTC by the clock that `until` counts by. */
export function enrolPerson(isAsking: () => boolean, now: () => number): EnrolPerson {
  let page: EnrolPage | undefined;
  const toPage = (): readonly BoxAction[] => [
    {
      icon: 'device-mobile',
      tooltip: enrolText.goToPage(),
      press: () => Promise.resolve(page?.reveal()),
    },
  ];
  return {
    async name({ user, devices, suggested, again }) {
      const error = againText(again);
      const answer = await askText({
        title: enrolText.title(),
        prompt: enrolText.namePrompt(user, devices),
        value: suggested,
        ...(error !== undefined && { error }),
        validate: (name) => (isDeviceName(name) ? undefined : enrolText.badName()),
      });
      return answer.kind === 'value' ? answer.value : undefined;
    },
    show: (device) => (page = showEnrolPage(device)),
    async way(_serial, again, signal) {
      const answer = await askPick<CodeWay>({
        title: enrolText.title(),
        placeholder: againText(again) ?? enrolText.wayPlaceholder(),
        items: [
          { label: enrolText.typed(), detail: enrolText.typedDetail(), value: 'typed' },
          { label: enrolText.kept(), detail: enrolText.keptDetail(), value: 'kept' },
        ],
        actions: toPage(),
        signal,
      });
      return answer.kind === 'value' ? answer.value : undefined;
    },
    async mayKeep({ serial, seed }) {
      const isWeb = vscode.env.uiKind === vscode.UIKind.Web;
      const place = secretPlace(isWeb, vscode.env.remoteName, process.platform);
      // AWS has just made the device: what is stored under its name was of one that is gone.
      const text = keepSeedText(serial, seed, place, []);
      const options = { modal: true, detail: text.detail };
      return (await vscode.window.showWarningMessage(text.message, options, text.yes)) === text.yes;
    },
    async codes(serial, again, signal) {
      const first = await askCode(serial, 1, againText(again), undefined, toPage(), signal);
      const second =
        first === undefined ? undefined : await askCode(serial, 2, undefined, first, toPage(), signal);
      return first === undefined || second === undefined
        ? undefined
        : [new Secret(first), new Secret(second)];
    },
    wait: (what, work, until) =>
      withCancel(waitText(what), isAsking, work, () => {
        const end = until?.();
        return end === undefined ? undefined : authenticatorText.waits(end - now());
      }),
  };
}

/** Six digits; undefined when the person left. */
async function askCode(
  serial: string,
  number: 1 | 2,
  error: string | undefined,
  before: string | undefined,
  actions: readonly BoxAction[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await askText({
    title: enrolText.codeTitle(serial, number),
    prompt: number === 1 ? enrolText.firstCode() : enrolText.secondCode(),
    placeholder: '123456',
    // As the box for MFA codes: a browser that shows VS Code writes down what stands in other boxes.
    password: true,
    ...(error !== undefined && { error }),
    validate: (text) => {
      const code = plain(text);
      return /^\d{6}$/.test(code)
        ? code === before
          ? enrolText.sameCode()
          : undefined
        : enrolText.notSixDigits();
    },
    actions,
    signal,
  });
  return answer.kind === 'value' ? plain(answer.value) : undefined;
}

/** Authenticators show “123 456”, and people copy it as it stands. */
function plain(code: string): string {
  return code.replaceAll(' ', '');
}
