/**
 * A user's text as Markdown that shows it letter for letter: no emphasis, no link, no image, no icon.
 * CommonMark lets a backslash stand before any ASCII punctuation (https://spec.commonmark.org/0.31.2/#backslash-escapes),
 * which also breaks bare URLs. `$` becomes an entity, because VS Code looks for `$(icon)` after the backslashes are gone.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[!-#%-/:-@[-`{-~]/g, '\\$&')
    .replaceAll('$', '&#36;');
}

/** A user's text where VS Code draws `$(icon)` in plain labels: status bar and quick pick. */
export function escapeIcons(text: string): string {
  return text.replaceAll('$(', '\\$(');
}
