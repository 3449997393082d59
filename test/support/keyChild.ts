import { Secret } from '../../src/aws/secret.ts';
import type { Boot } from '../../src/session/keyRecord.ts';
import { KeyVault } from '../../src/session/keyVault.ts';
import { keyPorts } from './keyWorld.ts';

/** What a window process is to do with keys. */
export interface KeyErrand {
  readonly folder: string;
  readonly boot: Boot;
  readonly act:
    | { readonly kind: 'move'; readonly profile: string }
    | { readonly kind: 'settle' }
    | { readonly kind: 'back'; readonly id: string }
    | { readonly kind: 'add'; readonly profile: string; readonly id: string; readonly secret: string };
}

// A window that does one thing with keys, one step at a time: it says what it is about to do, or has done, and goes on when
// it is told to. Whoever told it may kill it instead.
process.once('message', (errand: KeyErrand) => {
  const { folder, boot, act } = errand;
  const step = (name: string): Promise<void> =>
    new Promise((resolve) => {
      process.once('message', () => resolve());
      process.send?.({ step: name });
    });
  const vault = new KeyVault(keyPorts(folder, boot, step));
  const work = (): Promise<unknown> => {
    switch (act.kind) {
      case 'move':
        return vault.move(act.profile, 'credentials');
      case 'settle':
        return vault.settle();
      case 'back':
        return vault.moveBack(act.id);
      case 'add':
        return vault.add(
          act.profile,
          { accessKeyId: act.id, secretAccessKey: new Secret(act.secret) },
          'eu-west-1',
        );
    }
  };
  void work().then(
    (result) => process.send?.({ done: result }, () => process.disconnect()),
    (error: unknown) => process.send?.({ broken: String(error) }, () => process.disconnect()),
  );
});
