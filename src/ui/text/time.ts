import { t } from './l10n.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** From here down seconds are shown as well. */
const secondsBelow = 2 * minute;

/** `2h 05m`, `47m`, under two minutes `1m 20s`, at the end `0s`; “no known end” for Infinity. `ms` is the time left. */
export function remaining(ms: number): string {
  if (!Number.isFinite(ms)) {
    return t('no known end');
  }
  const { hours, minutes, seconds } = parts(ms);
  if (hours > 0) {
    return t('{0}h {1}m', hours, String(minutes).padStart(2, '0'));
  }
  if (ms >= secondsBelow) {
    return t('{0}m', minutes);
  }
  return minutes > 0 ? t('{0}m {1}s', minutes, String(seconds).padStart(2, '0')) : t('{0}s', seconds);
}

/** The same for screen readers: `2 hours 5 minutes`, `47 minutes`, `1 minute 20 seconds`. */
export function remainingWords(ms: number): string {
  if (!Number.isFinite(ms)) {
    return t('no known end');
  }
  const { hours, minutes, seconds } = parts(ms);
  const words: string[] = [];
  if (hours > 0) {
    words.push(hours === 1 ? t('1 hour') : t('{0} hours', hours));
  }
  if (minutes > 0) {
    words.push(minutes === 1 ? t('1 minute') : t('{0} minutes', minutes));
  }
  if (ms < secondsBelow && (seconds > 0 || minutes === 0)) {
    words.push(seconds === 1 ? t('1 second') : t('{0} seconds', seconds));
  }
  return words.join(' ');
}

/** Local `14:05`, or `Tue 14:05` when that is not the day of `now`. Both in milliseconds UTC. */
export function clockTime(ms: number, now: number): string {
  const time = new Date(ms);
  const clock = `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`;
  return time.toDateString() === new Date(now).toDateString() ? clock : `${weekday(time.getDay())} ${clock}`;
}

/** `111122223333` → `1111-2222-3333`; anything but 12 digits stays as it is. */
export function accountForReading(accountId: string): string {
  return /^\d{12}$/.test(accountId)
    ? `${accountId.slice(0, 4)}-${accountId.slice(4, 8)}-${accountId.slice(8)}`
    : accountId;
}

/** Cuts a longer name in the middle, so that it has `length` characters with the “…”: both ends tell names apart. */
export function shorten(name: string, length: number): string {
  const characters = Array.from(name);
  if (characters.length <= length) {
    return name;
  }
  const head = Math.ceil((length - 1) / 2);
  const tail = length - 1 - head;
  return `${characters.slice(0, head).join('')}…${tail > 0 ? characters.slice(-tail).join('') : ''}`;
}

function parts(ms: number): { hours: number; minutes: number; seconds: number } {
  const left = Math.max(0, ms);
  return {
    hours: Math.floor(left / hour),
    minutes: Math.floor((left % hour) / minute),
    seconds: Math.floor((left % minute) / second),
  };
}

function weekday(day: number): string {
  return [t('Sun'), t('Mon'), t('Tue'), t('Wed'), t('Thu'), t('Fri'), t('Sat')][day] ?? '';
}
