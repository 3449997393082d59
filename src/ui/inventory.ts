import type { SecretPlace } from './text/authenticators.ts';

/** All that is kept on this computer, without a secret in it. */
export interface Inventory {
  /** ms UTC. */
  readonly at: number;
  readonly place: SecretPlace;
  /** Whether the secret store has outlived a restart of the editor; undefined: nobody knows yet. */
  readonly outlives: boolean | undefined;
  /** True where the editor is told to encrypt weakly. */
  readonly isWeak: boolean;
  /** Undefined when the store does not say. */
  readonly secrets: readonly KeptFamily[] | undefined;
  /** Items of other computers, in the same store. */
  readonly ofOthers: number;
  readonly sessions: readonly string[];
  /** Serial numbers. */
  readonly authenticators: readonly string[];
  /** Access key IDs with their profiles that stand nowhere else. */
  readonly onlyCopies: readonly string[];
  /** Profiles whose keys are being rotated, with the old access key ID. */
  readonly rotations: readonly string[];
  readonly files: readonly KeptFile[];
  /** Profiles that we have written. */
  readonly managed: readonly string[];
  readonly configPath: string;
  /** Where keys of ours stand in clear text. */
  readonly written: readonly string[];
  /** Whose browser windows remember the person. */
  readonly browsers: readonly string[];
  /** How many entries VS Code keeps for us beside the secrets. */
  readonly stateEntries: number;
}

/** Secrets of one kind. */
export interface KeptFamily {
  /** As in the store's keys. */
  readonly name: string;
  readonly count: number;
}

/** A file or a folder of ours that is there. */
export interface KeptFile {
  readonly what: 'helper' | 'auditLog' | 'browser';
  readonly path: string;
}

/** Something that could not be deleted. `name`: its path, or what people call it. */
export interface NotDeleted {
  readonly what: 'secrets' | 'state' | 'browser' | 'other';
  readonly name: string;
}
