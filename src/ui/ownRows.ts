import type { TreeNode } from './treeModel.ts';

const own = new WeakSet<object>();

/** Makes a row one that commands take: VS Code hands them the same object back. */
export function ownRow<T extends TreeNode>(row: T): T {
  own.add(row);
  return row;
}

/**
 * True for a row that we have made. What only looks like one comes from a link or from another extension, and may say of a
 * role that it needs no question.
 */
export function isOwnRow(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && own.has(value);
}
