import { constants, inflateRawSync, inflateSync, zstdDecompressSync, type ZlibOptions } from 'node:zlib';

/** Something that must not be found where it does not belong. Six digits are an MFA code, found as a whole word only. */
export interface Secret {
  /** Stands for the secret in reports, which never show it. */
  readonly name: string;
  readonly value: string;
}

/** A secret where it does not belong. */
export interface Leak {
  /** The file, process or page. */
  readonly place: string;
  /** The secret's name. */
  readonly secret: string;
  /** How it was written there: plain, Base64, … */
  readonly form: string;
  /** More about the place, without secrets. */
  readonly about?: string;
}

/** One way in which a piece of a secret may be written. */
interface Needle {
  readonly bytes: Buffer;
  readonly secret: string;
  readonly form: string;
  /** Bytes per character when it has to be a whole word. */
  readonly wordOf: 1 | 2 | undefined;
}

/** Characters of a piece: 72 bits of a random secret, which nothing matches by chance. */
const PIECE = 12;
/** Compressed data within compressed data within … */
const MAX_DEPTH = 3;
/** Far above what one file of a test run unpacks to; more of it is an error, not a blind spot. */
const MAX_UNPACKED = 512 * 1024 * 1024;

/**
 * Finds secrets in bytes, whole or in part: each is cut into pieces of 12 characters, and one piece is enough. So what
 * is broken up by the 32 KiB blocks of a LevelDB log, by a terminal's line ends or by Base64's lines is found, and so
 * is what Snappy or LZ4 have packed (LevelDB's tables, IndexedDB): they write bytes that they have not seen before as
 * they are, and random text holds no repetitions.
 *
 * Understood: UTF-8, UTF-16 (both orders), hexadecimal, Base64 at each of the three offsets and in its URL alphabet
 * (also of UTF-16, as PowerShell takes it), percent-encoding, the escapes of JSON and HTML; all of it also within
 * gzip, zlib and Zstandard members and zip entries, up to three deep.
 * Not covered: Brotli (it has no mark to start from), Base64 of compressed or of escaped text, two encodings of
 * Base64 on top of each other, anything encrypted, and the memory of processes. MFA codes are looked for in UTF-8 and
 * UTF-16 only: six digits are too few to be told from chance in more.
 */
export class LeakSearch {
  /** By their first four bytes. */
  readonly #needles = new Map<number, Needle[]>();
  /** A bit for each hash of four bytes: most positions are passed over after one look. */
  readonly #starts = new Uint8Array(1 << 21);

  /** Throws for a secret that is too short to be told from chance. */
  constructor(secrets: readonly Secret[]) {
    const known = new Set<string>();
    for (const needle of secrets.flatMap(needlesOf)) {
      const text = needle.bytes.toString('latin1');
      if (!known.has(text)) {
        known.add(text);
        this.#add(needle);
      }
    }
  }

  /** What is written in these bytes: each secret once for each of its forms. `place` names them in the result. */
  inBytes(bytes: Uint8Array, place: string): readonly Leak[] {
    const found = new Map<string, Leak>();
    this.#search(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), place, '', 0, found);
    return [...found.values()];
  }

  /** What is written in a text. */
  inText(text: string, place: string): readonly Leak[] {
    return this.inBytes(Buffer.from(text), place);
  }

  #search(bytes: Buffer, place: string, wrapping: string, depth: number, found: Map<string, Leak>): void {
    let key = 0;
    for (let at = 0; at < bytes.length; at++) {
      key = (key << 8) | (bytes[at] ?? 0);
      const slot = slotOf(key);
      if (((this.#starts[slot >>> 3] ?? 0) & (1 << (slot & 7))) === 0) {
        continue;
      }
      for (const needle of this.#needles.get(key) ?? []) {
        const start = at - 3;
        if (start >= 0 && isAt(bytes, start, needle)) {
          const form = wrapping + needle.form;
          found.set(`${needle.secret} ${form}`, { place, secret: needle.secret, form });
        }
      }
    }
    if (depth < MAX_DEPTH) {
      for (const { name, unpacked } of unpackMembers(bytes)) {
        this.#search(unpacked, place, `${wrapping}${name}, `, depth + 1, found);
      }
    }
  }

  #add(needle: Needle): void {
    const key = needle.bytes.readInt32BE(0);
    const slot = slotOf(key);
    this.#starts[slot >>> 3] = (this.#starts[slot >>> 3] ?? 0) | (1 << (slot & 7));
    const others = this.#needles.get(key);
    if (others === undefined) {
      this.#needles.set(key, [needle]);
    } else {
      others.push(needle);
    }
  }
}

/** Leaks as lines to read, without the secrets. */
export function describeLeaks(leaks: readonly Leak[]): string {
  return leaks
    .map(
      ({ place, secret, form, about }) =>
        `${place}: ${secret} (${form})${about === undefined ? '' : `; it is ${about}`}`,
    )
    .join('\n');
}

/** Knuth's multiplicative hash; 24 bits. */
function slotOf(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> 8;
}

function needlesOf(secret: Secret): Needle[] {
  if (/^\d{6}$/.test(secret.value)) {
    return [
      { ...forms.plain(secret.value), secret: secret.name, wordOf: 1 },
      { ...forms.utf16(secret.value), secret: secret.name, wordOf: 2 },
    ];
  }
  return piecesOf(secret).flatMap((piece) =>
    formsOf(piece).map((form) => ({ ...form, secret: secret.name, wordOf: undefined })),
  );
}

/** Side by side from the start, and the last one up to the end. */
function piecesOf({ name, value }: Secret): string[] {
  // The part by which the tests' secrets can be told is no secret.
  const own = value.replace(/^EXAMPLE[A-Z]*\W+/, '');
  if (own.length < PIECE) {
    throw new Error(`${name} is too short to be told from chance`);
  }
  const starts = Array.from({ length: Math.floor(own.length / PIECE) }, (_, index) => index * PIECE);
  return [...new Set([...starts, own.length - PIECE])].map((start) => own.slice(start, start + PIECE));
}

type Form = Pick<Needle, 'bytes' | 'form'>;

const forms = {
  plain: (text: string): Form => ({ bytes: Buffer.from(text), form: 'plain' }),
  utf16: (text: string): Form => ({ bytes: Buffer.from(text, 'utf16le'), form: 'UTF-16' }),
};

function formsOf(piece: string): Form[] {
  const plain = forms.plain(piece);
  const utf16 = forms.utf16(piece);
  const found: Form[] = [plain, utf16, { bytes: Buffer.from(utf16.bytes).swap16(), form: 'UTF-16' }];
  for (const [form, escaped] of escapesOf(piece)) {
    found.push({ bytes: Buffer.from(escaped), form }, { bytes: Buffer.from(escaped, 'utf16le'), form });
  }
  for (const { bytes } of [plain, utf16]) {
    const hex = bytes.toString('hex');
    found.push({ bytes: Buffer.from(hex), form: 'hexadecimal' });
    found.push({ bytes: Buffer.from(hex.toUpperCase()), form: 'hexadecimal' });
    for (const core of base64Cores(bytes)) {
      const written = [core, core.replaceAll('+', '-').replaceAll('/', '_')];
      written.push(...escapesOf(core).map(([, escaped]) => escaped));
      found.push(...written.map((text) => ({ bytes: Buffer.from(text), form: 'Base64' })));
      found.push({ bytes: Buffer.from(core, 'utf16le'), form: 'Base64' });
    }
  }
  return found;
}

/** The piece as URLs, JSON and HTML write it. The plain one again where it needs no escape: that is no loss. */
function escapesOf(piece: string): [form: string, escaped: string][] {
  const each = (escape: (hex: string, decimal: number) => string): string =>
    piece.replaceAll(/[^0-9A-Za-z]/g, (char) => {
      const code = char.codePointAt(0) ?? 0;
      return escape(code.toString(16).padStart(2, '0'), code);
    });
  const escapes: [string, string][] = [
    ['percent-encoded', encodeURI(piece)],
    ['JSON', piece.replaceAll('/', String.raw`\/`)],
    ['HTML', each((_, decimal) => `&#${String(decimal)};`)],
  ];
  for (const upper of [false, true]) {
    const cased = (hex: string): string => (upper ? hex.toUpperCase() : hex);
    escapes.push(
      ['percent-encoded', each((hex) => `%${cased(hex)}`)],
      ['percent-encoded twice', each((hex) => `%25${cased(hex)}`)],
      ['JSON', each((hex) => String.raw`\u00${cased(hex)}`)],
      ['HTML', each((hex) => `&#x${cased(hex)};`)],
    );
  }
  return escapes;
}

/** The characters that stand for these bytes and nothing else, at each of the three places in a group of Base64. */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const bits = (offset + bytes.length) * 8;
    return text.slice(Math.ceil((offset * 8) / 6), Math.floor(bits / 6));
  });
}

function isAt(bytes: Buffer, start: number, { bytes: needle, wordOf }: Needle): boolean {
  const end = start + needle.length;
  return (
    end <= bytes.length &&
    bytes.compare(needle, 0, needle.length, start, end) === 0 &&
    (wordOf === undefined || isWord(bytes, start, end, wordOf))
  );
}

/** What may stand before a word although it ends in a letter or digit: an escape of a URL, of JSON, of a terminal. */
const BEFORE = /(?:^|[^0-9A-Za-z.]|%[0-9A-Fa-f]{2}|\\[nrt]|\\u[0-9A-Fa-f]{4}|\p{Cc}\[[0-9;]*[A-Za-z])$/u;

/** Whether the digits stand alone: in `0.123456` and `a123456` they do not. */
function isWord(bytes: Buffer, start: number, end: number, width: 1 | 2): boolean {
  const encoding = width === 1 ? 'latin1' : 'utf16le';
  const from = start - Math.min(start - (start % width), 12 * width);
  const before = bytes.toString(encoding, from, start);
  const after = bytes.toString(encoding, end, end + width);
  return BEFORE.test(before) && !/^[0-9A-Za-z]/.test(after);
}

/** Unpacks what it can of a stream that may be cut off or have other bytes behind it. */
const LENIENT: ZlibOptions = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_UNPACKED };

interface Packing {
  readonly name: string;
  readonly marks: readonly string[];
  readonly unpack: (from: Buffer) => Buffer;
}

const packings: readonly Packing[] = [
  {
    // Not gunzipSync: it takes what stands behind a member for another one, and fails.
    name: 'gzip',
    marks: ['1f8b08'],
    unpack: (from) => inflateRawSync(from.subarray(gzipHeaderLength(from)), LENIENT),
  },
  {
    name: 'zlib',
    marks: ['7801', '785e', '789c', '78da'],
    unpack: (from) => inflateSync(from, LENIENT),
  },
  {
    name: 'Zstandard',
    marks: ['28b52ffd'],
    unpack: (from) =>
      zstdDecompressSync(from, { finishFlush: constants.ZSTD_e_flush, maxOutputLength: MAX_UNPACKED }),
  },
  {
    // The header of an entry (APPNOTE.TXT 4.3.7): method at 8, the lengths of name and extra field at 26 and 28.
    name: 'zip',
    marks: ['504b0304'],
    unpack: (from) =>
      from.length > 30 && from.readUInt16LE(8) === 8
        ? inflateRawSync(from.subarray(30 + from.readUInt16LE(26) + from.readUInt16LE(28)), LENIENT)
        : Buffer.alloc(0),
  },
];

/** RFC 1952, 2.3: ten bytes, then what the flags say. */
function gzipHeaderLength(from: Buffer): number {
  const flags = from[3] ?? 0;
  let length = 10;
  if ((flags & 4) !== 0) {
    length += 2 + (from[length] ?? 0) + (from[length + 1] ?? 0) * 256;
  }
  for (const text of [8, 16]) {
    if ((flags & text) !== 0) {
      length = from.indexOf(0, length) + 1;
    }
  }
  return length + ((flags & 2) !== 0 ? 2 : 0);
}

/** Every compressed member that starts somewhere in these bytes. Marks that stand there by chance yield nothing. */
function* unpackMembers(bytes: Buffer): Iterable<{ name: string; unpacked: Buffer }> {
  for (const { name, marks, unpack } of packings) {
    for (const mark of marks.map((hex) => Buffer.from(hex, 'hex'))) {
      for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) {
        const unpacked = tryTo(() => unpack(bytes.subarray(at)));
        if (unpacked !== undefined && unpacked.length > 0) {
          yield { name, unpacked };
        }
      }
    }
  }
}

/** Undefined for what is not compressed after all; any other failure is thrown. */
function tryTo(unpack: () => Buffer): Buffer | undefined {
  try {
    return unpack();
  } catch (error) {
    if (/^Z(?:STD)?_/.test((error as NodeJS.ErrnoException).code ?? '')) {
      return undefined;
    }
    throw error;
  }
}
