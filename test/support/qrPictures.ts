import { encode as encodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import { encodeQR } from 'qr';

/** What a picture of a QR code is made of. */
export interface QrLook {
  readonly text: string;
  /** Pixels per module. */
  readonly scale?: number;
  readonly dark?: readonly [red: number, green: number, blue: number];
  /** The light parts: a colour, or undefined for transparent. */
  readonly light?: readonly [red: number, green: number, blue: number] | undefined;
}

/** A QR code as red, green, blue and opacity of each pixel. */
export function qrPixels(look: QrLook): PNG {
  const { text, scale = 4, dark = [0, 0, 0] } = look;
  const light = 'light' in look ? look.light : ([255, 255, 255] as const);
  const modules = encodeQR(text, 'raw', { border: 4 });
  const size = modules.length * scale;
  const picture = new PNG({ width: size, height: size });
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const isDark = modules[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true;
      const [red, green, blue] = (isDark ? dark : light) ?? [0, 0, 0];
      picture.data.set([red, green, blue, isDark || light ? 255 : 0], (y * size + x) * 4);
    }
  }
  return picture;
}

/** A QR code as the bytes of a PNG file. */
export function qrPng(look: QrLook): Buffer {
  return PNG.sync.write(qrPixels(look));
}

/** A QR code as the bytes of a JPEG file. */
export function qrJpeg(look: QrLook, quality = 60): Buffer {
  const { data, width, height } = qrPixels(look);
  return encodeJpeg({ data, width, height }, quality).data;
}
