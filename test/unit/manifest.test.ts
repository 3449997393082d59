import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import * as ids from '../../src/ui/ids.ts';
import {
  agentAccessSetting,
  defaults,
  deliveryMode,
  integerSetting,
  limits,
  signInSetting,
} from '../../src/ui/settingValues.ts';

interface MenuItem {
  readonly command: string;
  readonly when: string;
  readonly group?: string;
}
interface Setting {
  readonly type: string;
  readonly default: unknown;
  readonly scope?: string;
  readonly enum?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly markdownDescription?: string;
}
interface Step {
  readonly description: string;
  readonly media: { readonly svg?: string; readonly image?: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}
interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly icon: string;
  readonly engines: { readonly vscode: string };
  readonly extensionKind: readonly string[];
  readonly activationEvents: readonly string[];
  readonly enabledApiProposals?: unknown;
  readonly api?: string;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: string;
      readonly description: string;
      readonly restrictedConfigurations: readonly string[];
    };
  };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category?: string;
    }[];
    readonly authentication: readonly { readonly id: string; readonly label: string }[];
    readonly debuggers: readonly {
      readonly type: string;
      readonly configurationAttributes: { readonly launch: { readonly properties: object } };
    }[];
    readonly terminal: {
      readonly profiles: readonly { readonly id: string; readonly title: string; readonly icon: string }[];
    };
    readonly viewsContainers: {
      readonly activitybar: readonly { readonly id: string; readonly icon: string }[];
    };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly {
      readonly view: string;
      readonly when: string;
      readonly contents: string;
    }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly icon: string;
      readonly steps: readonly Step[];
    }[];
  };
}

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('package.json', root), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;
const menuItems = Object.values(contributes.menus).flat();
const steps = contributes.walkthroughs.flatMap((one) => one.steps);

function sorted(values: Iterable<string>): string[] {
  return [...new Set(values)].sort();
}

/** Every `when` clause of the manifest. */
function clauses(): string[] {
  return [...menuItems.map((item) => item.when), ...contributes.viewsWelcome.map((one) => one.when)];
}

describe('manifest and ids', () => {
  it('have the same commands', () => {
    const declared = contributes.commands.map((one) => one.command);
    assert.deepEqual(sorted(declared), sorted(Object.values(ids.commands)));
    assert.equal(declared.length, new Set(declared).size, 'none is declared twice');
  });

  it('name commands for people: a category, a title of its own, no id as a title', () => {
    for (const { command, title, category } of contributes.commands) {
      assert.equal(category, 'STS', command);
      assert.match(title, /^[A-Z][^.]*$/, command);
    }
    const titles = contributes.commands.map((one) => one.title);
    assert.equal(titles.length, new Set(titles).size);
  });

  it('have the same view and container', () => {
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map((one) => one.id),
      [ids.views.container],
    );
    assert.deepEqual(Object.keys(contributes.views), [ids.views.container]);
    assert.deepEqual(
      contributes.views[ids.views.container]?.map((one) => one.id),
      [ids.views.profiles],
    );
  });

  it('have the same authentication provider, and let other extensions in', () => {
    assert.deepEqual(
      contributes.authentication.map(({ id }) => id),
      [ids.authenticationId],
    );
    // VS Code hides what an extension with `"api": "none"` exports.
    assert.equal(manifest.api, undefined);
  });

  it('have the same terminal profile', () => {
    assert.deepEqual(contributes.terminal.profiles, [
      { id: ids.terminalProfile, title: 'AWS Session', icon: 'shield' },
    ]);
  });

  it('let every launch configuration opt out, with no type of debugging of our own', () => {
    const [all, ...others] = contributes.debuggers;
    assert.equal(all?.type, '*');
    assert.deepEqual(Object.keys(all.configurationAttributes.launch.properties), ['stsSessions']);
    assert.deepEqual(others, []);
  });

  it('have the same settings, with the same defaults and limits', () => {
    const { properties } = contributes.configuration;
    const names = Object.values(ids.settings);
    assert.deepEqual(
      sorted(Object.keys(properties)),
      sorted(names.map((name) => `${ids.settingsSection}.${name}`)),
    );
    for (const name of names) {
      const setting = properties[`${ids.settingsSection}.${name}`];
      assert.deepEqual(setting?.default, defaults[name], name);
      assert.ok(setting?.markdownDescription, name);
      assert.match(setting.scope ?? 'none', /^(machine|application|window|resource)$/, name);
      if (name in limits) {
        assert.deepEqual([setting.minimum, setting.maximum], limits[name as keyof typeof limits], name);
      }
    }
  });

  it('name everything that agents can get', () => {
    const setting = contributes.configuration.properties['stsSessions.agentAccess'];
    assert.deepEqual(setting?.enum?.map(agentAccessSetting), setting?.enum);
    assert.equal(setting?.markdownEnumDescriptions?.length, setting?.enum?.length);
    // Whichever window answers a tool goes by its own: VS Code's profiles must not differ in it.
    assert.equal(setting?.scope, 'application');
    assert.equal(contributes.configuration.properties['stsSessions.agentVariables']?.scope, 'application');
    assert.match(setting.markdownDescription ?? '', /a courtesy and not a boundary/);
  });

  it('name every way to sign in', () => {
    const setting = contributes.configuration.properties['stsSessions.signInWith'];
    assert.deepEqual(setting?.enum?.map(signInSetting), setting?.enum);
    assert.equal(setting?.markdownEnumDescriptions?.length, setting?.enum?.length);
  });

  it('let no folder decide how credentials are delivered', () => {
    const delivery = contributes.configuration.properties['stsSessions.delivery'];
    assert.equal(delivery?.scope, 'machine');
    assert.deepEqual(delivery?.enum?.map(deliveryMode), delivery?.enum);
    assert.equal(delivery?.markdownEnumDescriptions?.length, delivery?.enum?.length);
    assert.match(delivery?.markdownEnumDescriptions?.[2] ?? '', /to disk in plain text/);
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, [
      'stsSessions.delivery',
      'stsSessions.suggestedRoles',
    ]);
    // What decides whose credentials go where is the person's; a folder may suggest roles, and nothing else.
    const { properties } = contributes.configuration;
    assert.equal(properties['stsSessions.roles']?.scope, 'machine');
    assert.deepEqual(
      Object.entries(properties).flatMap(([name, { scope }]) =>
        scope === 'machine' || scope === 'application' ? [] : [name],
      ),
      ['stsSessions.suggestedRoles'],
    );
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
  });

  for (const [name, { scope }] of Object.entries(contributes.configuration.properties)) {
    it(`let no folder say ${name}`, () => {
      // VS Code ignores what a folder says of these scopes; what a folder suggests has its own consent.
      const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
      assert.ok(
        scope === 'machine' ||
          scope === 'application' ||
          (name === 'stsSessions.suggestedRoles' && restrictedConfigurations.includes(name)),
        `${name} has the scope ${String(scope)}`,
      );
    });
  }

  it('have the same context keys', () => {
    const used = [...text.matchAll(/(?<=["& !(]|onContext:)stsSessions\.(?:no|has)\w+/g)].map(
      (match) => match[0],
    );
    assert.deepEqual(sorted(used), sorted(Object.values(ids.contextKeys)));
    const known: readonly string[] = [...Object.values(ids.contextKeys), ids.views.profiles];
    for (const clause of clauses()) {
      for (const key of clause.match(/stsSessions\.\w+/g) ?? []) {
        assert.ok(known.includes(key), `${key} in ${clause}`);
      }
    }
  });

  it('have the same capabilities of rows', () => {
    const asked = clauses().flatMap((clause) =>
      [...clause.matchAll(/\\b(\w+)\\b/g)].map((match) => match[1] ?? ''),
    );
    assert.deepEqual(sorted(asked), sorted(ids.capabilities));
  });

  it('name only our own commands in menus, and hide from the palette what needs a row', () => {
    const declared = contributes.commands.map((one) => one.command);
    assert.deepEqual(
      menuItems.filter((item) => !declared.includes(item.command)),
      [],
    );
    const hidden = (contributes.menus['commandPalette'] ?? []).filter((item) => item.when === 'false');
    assert.deepEqual(sorted(hidden.map((item) => item.command)), [
      ids.commands.copyProfileName,
      ids.commands.copyRoleArn,
      ids.commands.dismissSession,
      ids.commands.forgetFoundRoles,
      ids.commands.makeActive,
      ids.commands.openProfileSource,
      ids.commands.refreshFoundRoles,
      ids.commands.saveAsProfile,
    ]);
  });

  it('link only to commands that exist', () => {
    const declared: readonly string[] = [...Object.values(ids.commands), `${ids.views.profiles}.focus`];
    const links = [
      ...contributes.viewsWelcome.map((one) => one.contents),
      ...steps.map((step) => step.description),
    ].flatMap((content) => [...content.matchAll(/\(command:([^)?]+)/g)].map((match) => match[1] ?? ''));
    assert.ok(links.length >= 6);
    assert.deepEqual(
      links.filter((link) => !declared.includes(link)),
      [],
    );
  });

  it('name only pictures that exist', () => {
    const paths = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map((one) => one.icon),
      ...Object.values(contributes.views).flatMap((list) => list.map((one) => one.icon)),
      ...contributes.walkthroughs.map((one) => one.icon),
      ...steps.map((step) => step.media.svg ?? step.media.image ?? 'none'),
    ];
    for (const path of paths) {
      assert.ok(existsSync(new URL(path, root)), path);
    }
    const png = readFileSync(new URL(manifest.icon, root));
    assert.equal(png.toString('latin1', 1, 4), 'PNG');
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [256, 256]);
  });

  it('complete each step of the walkthrough by doing it', () => {
    assert.deepEqual(
      contributes.walkthroughs.map((one) => one.id),
      [ids.walkthrough],
    );
    const events = steps.flatMap((step) => step.completionEvents);
    assert.deepEqual(events, [
      `onView:${ids.views.profiles}`,
      // A view that was open before the walkthrough does not count for onView.
      `onCommand:${ids.views.profiles}.focus`,
      `onContext:${ids.contextKeys.hasProfiles}`,
      `onContext:${ids.contextKeys.hasSessions}`,
      `onCommand:${ids.commands.openTerminal}`,
      `onCommand:${ids.commands.newTerminalAs}`,
    ]);
  });

  it('ask for stable API only, beside the terminals', () => {
    assert.equal(manifest.enabledApiProposals, undefined);
    assert.equal(manifest.engines.vscode, '^1.101.0');
    assert.equal(manifest.devDependencies['@types/vscode'], '1.101.0');
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    // F5 in a window that has just opened waits for us.
    assert.deepEqual(manifest.activationEvents, ['onStartupFinished', 'onDebugResolve']);
    assert.equal(`${manifest.publisher}.${manifest.name}`, ids.extensionId);
  });
});

describe('settings', () => {
  it('count as unset when they hold what they may not', () => {
    assert.equal(deliveryMode('endpoint'), 'endpoint');
    for (const wrong of [undefined, null, '', 'Endpoint', 3, {}]) {
      assert.equal(deliveryMode(wrong), 'profile');
    }
    assert.equal(integerSetting('warnBeforeMinutes', 5), 5);
    for (const wrong of [undefined, null, 0, 61, -1, 2.5, NaN, '5']) {
      assert.equal(integerSetting('warnBeforeMinutes', wrong), 10);
    }
    assert.equal(integerSetting('mfaSessionDurationSeconds', 129_600), 129_600);
    assert.equal(integerSetting('mfaSessionDurationSeconds', 129_601), 43_200);
  });
});
