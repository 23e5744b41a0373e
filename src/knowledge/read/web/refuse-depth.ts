import { DocumentError } from '../document-error.ts';

/** A node of a parsed tree, as far as its depth goes. */
interface TreeNode {
  readonly firstChild?: TreeNode | null;
  readonly nextSibling?: TreeNode | null;
  readonly parentNode?: TreeNode | null;
}

/** Throws `corrupt` when nodes nest deeper than `most`: what walks the tree afterwards may recurse. */
export function refuseDepth(root: object | undefined, most: number): void {
  let node: TreeNode | null | undefined = root as TreeNode | undefined; // domhandler's nodes have these fields
  let depth = 0;
  while (node) {
    if (depth > most) throw tooDeep();
    if (node.firstChild) {
      node = node.firstChild;
      depth += 1;
      continue;
    }
    while (node && node !== root && !node.nextSibling) {
      node = node.parentNode;
      depth -= 1;
    }
    node = node === root ? undefined : node?.nextSibling;
  }
}

/**
 * The same by the tags of the text, before it is parsed: the time of parsers grows with the square of the depth. Tags that HTML lets
 * people leave open do not count, and `most` should leave room for pages that forget others.
 */
export function refuseDepthOfText(text: string, most: number): void {
  let depth = 0;
  for (const [, slash, name, rest] of text.matchAll(/<(\/?)([a-z_][\w:.-]*)([^<>]*)>/gi)) {
    if (rest?.endsWith('/') || oftenOpen.has(name?.toLowerCase() ?? '')) continue;
    depth = Math.max(0, depth + (slash ? -1 : 1));
    if (depth > most) throw tooDeep();
  }
}

const oftenOpen = new Set(
  (
    'area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot colgroup option ' +
    'optgroup html head body rb rt rtc rp'
  ).split(' '),
);

function tooDeep(): DocumentError {
  return new DocumentError('corrupt', 'Its elements nest too deeply.');
}
