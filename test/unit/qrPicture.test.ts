import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { readQrPicture } from '../../src/ui/qrPicture.ts';
import { qrJpeg, qrPixels, qrPng } from '../support/qrPictures.ts';

const text =
  'otpauth://totp/Amazon%20Web%20Services:alice@acme-main?secret=SANDBOXSEEDOFALICEFORTESTSONLY23&issuer=Amazon%20Web%20Services';

describe('a picture of a QR code', () => {
  it('is read from PNG and JPEG, large and small', () => {
    for (const file of [
      qrPng({ text }),
      qrPng({ text, scale: 2 }),
      qrPng({ text, scale: 12 }),
      qrJpeg({ text }),
      qrJpeg({ text, scale: 8 }, 30),
    ]) {
      assert.deepEqual(readQrPicture(file), { kind: 'text', text });
    }
  });

  it('may be coloured, transparent, or part of a view into a larger buffer', () => {
    assert.deepEqual(readQrPicture(qrPng({ text, dark: [10, 40, 90], light: [230, 235, 200] })), {
      kind: 'text',
      text,
    });
    assert.deepEqual(readQrPicture(qrPng({ text, light: undefined })), { kind: 'text', text });
    const file = qrPng({ text });
    const larger = new Uint8Array(file.length + 10);
    larger.set(file, 5);
    assert.equal(readQrPicture(larger.subarray(5, 5 + file.length)).kind, 'text');
  });

  it('may be a screenshot with other things around it', () => {
    const code = qrPixels({ text, scale: 5 });
    const screen = new PNG({ width: 1400, height: 900 });
    for (let at = 0; at < screen.data.length; at += 4) {
      const row = Math.floor(at / 4 / screen.width);
      screen.data.set(row % 40 < 8 ? [60, 60, 70, 255] : [245, 245, 245, 255], at);
    }
    PNG.bitblt(code, screen, 0, 0, code.width, code.height, 500, 200);
    assert.deepEqual(readQrPicture(PNG.sync.write(screen)), { kind: 'text', text });
  });

  it('is missed where there is none', () => {
    assert.deepEqual(readQrPicture(PNG.sync.write(new PNG({ width: 200, height: 200 }))), {
      kind: 'noQrCode',
    });
  });

  it('is no picture when it is something else, or damaged', () => {
    const file = qrPng({ text });
    const jpeg = qrJpeg({ text });
    for (const bytes of [
      Buffer.from(''),
      Buffer.from('GIF89a'),
      Buffer.from(text),
      file.subarray(0, 30),
      file.subarray(0, file.length / 2),
      jpeg.subarray(0, 20),
    ]) {
      assert.equal(readQrPicture(bytes).kind, 'notAPicture');
    }
  });

  it('is refused before it is unpacked when it claims to be huge', () => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(100_000, 0);
    header.writeUInt32BE(100_000, 4);
    header.set([8, 6], 8);
    const chunk = (name: string, data: Buffer): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      return Buffer.concat([length, Buffer.from(name, 'latin1'), data, Buffer.alloc(4)]);
    };
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const bomb = Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.alloc(1000))),
      chunk('IEND', Buffer.alloc(0)),
    ]);
    assert.deepEqual(readQrPicture(bomb), { kind: 'tooLarge' });
    const jpeg = qrJpeg({ text });
    // The frame header: height and width stand five bytes behind its marker.
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt16BE(60_000, frame + 5);
    jpeg.writeUInt16BE(60_000, frame + 7);
    assert.deepEqual(readQrPicture(jpeg), { kind: 'tooLarge' });
    assert.deepEqual(readQrPicture(Buffer.alloc(21 * 1024 * 1024)), { kind: 'tooLarge' });
  });
});
