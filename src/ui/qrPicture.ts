import { decode as decodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import { decodeQR } from 'qr/decode.js';

/** What is in a picture. */
export type QrPicture =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'noQrCode' }
  /** Neither PNG nor JPEG, or a damaged one. */
  | { readonly kind: 'notAPicture' }
  | { readonly kind: 'tooLarge' };

/** No picture of a QR code needs more; a small file can claim to be a picture of any size. Pixels. */
const mostPixels = 40_000_000;
/** Of the file, in bytes. */
const mostBytes = 20 * 1024 * 1024;
/** A photograph may take several tries. Milliseconds. */
const patienceMs = 3000;

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel. */
  readonly data: Uint8Array;
}

/** Reads the QR code in a PNG or JPEG file, a screenshot or a photograph. Never throws. */
export function readQrPicture(file: Uint8Array): QrPicture {
  if (file.byteLength > mostBytes) {
    return { kind: 'tooLarge' };
  }
  const pixels = readPixels(file);
  if ('kind' in pixels) {
    return pixels;
  }
  try {
    return { kind: 'text', text: decodeQR(onWhite(pixels), { format: 'RGBA', timeLimit: patienceMs }) };
  } catch {
    return { kind: 'noQrCode' };
  }
}

function readPixels(file: Uint8Array): Pixels | QrPicture {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  try {
    if (bytes.toString('latin1', 1, 4) === 'PNG' && bytes.length > 24) {
      // Before anything is unpacked: the size stands in the first chunk (https://www.w3.org/TR/png/#11IHDR).
      return bytes.readUInt32BE(16) * bytes.readUInt32BE(20) > mostPixels
        ? { kind: 'tooLarge' }
        : PNG.sync.read(bytes);
    }
    if (bytes.length > 2 && bytes.readUInt16BE(0) === 0xffd8) {
      return decodeJpeg(bytes, {
        useTArray: true,
        maxResolutionInMP: mostPixels / 1e6,
        maxMemoryUsageInMB: 1024,
      });
    }
  } catch (error) {
    return { kind: error instanceof Error && /exceeded/.test(error.message) ? 'tooLarge' : 'notAPicture' };
  }
  return { kind: 'notAPicture' };
}

/** What shines through is white, as in a page: a transparent background would read as black. */
function onWhite({ width, height, data }: Pixels): Pixels {
  const opaque = Uint8Array.from(data);
  for (let at = 0; at < opaque.length; at += 4) {
    const opacity = (opaque[at + 3] ?? 255) / 255;
    if (opacity < 1) {
      for (let part = at; part < at + 3; part += 1) {
        opaque[part] = (opaque[part] ?? 0) * opacity + 255 * (1 - opacity);
      }
      opaque[at + 3] = 255;
    }
  }
  return { width, height, data: opaque };
}
