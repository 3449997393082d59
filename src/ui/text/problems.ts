import type { FileRole, Problem, ProblemKind } from '../../aws/problems.ts';
import { t } from './l10n.ts';
import { planProblemSentence } from './planProblems.ts';

/**
 * A problem of the person's files in one short sentence, what it is about last. It stands beside the profile's name or at
 * its line, so it repeats neither.
 */
export function problemSentence(problem: Problem): string {
  const { what } = problem;
  switch (what.kind) {
    case 'fileUnreadable':
      return what.code === 'EACCES' || what.code === 'EPERM'
        ? t('You have no permission to read the {0}: {1}', fileWord(what.file), what.path)
        : t('The {0} cannot be read ({1}): {2}', fileWord(what.file), what.code, what.path);
    case 'fileIsDirectory':
      return t('A folder lies where the {0} should be: {1}', fileWord(what.file), what.path);
    case 'fileTooLarge':
      return t(
        'The {0} is too large to be read ({1} MB): {2}',
        fileWord(what.file),
        megabytes(what),
        what.path,
      );
    case 'invalidUtf8':
      return t('Names and values may look wrong until the {0} is saved as UTF-8', fileWord(what.file));
    case 'byteOrderMark':
      return t(
        'The AWS CLI cannot read the {0}: save it as UTF-8 without a byte order mark',
        fileWord(what.file),
      );
    case 'headerNotClosed':
      return t('The section header has no closing ]');
    case 'textBeforeSection':
      return t('This line stands before the first [section]');
    case 'missingEquals':
      return t('This line has no =');
    case 'emptyKey':
      return t('There is no name before the =');
    case 'continuationWithoutProperty':
      return t('This indented line continues nothing');
    case 'subPropertyWithoutEquals':
      return t('This line of the nested block has no =');
    case 'subPropertyWithoutName':
      return t('This line of the nested block has no name before the =');
    case 'invalidPropertyName':
      return t('This property name is ignored, it has characters that are not allowed: {0}', what.name);
    case 'duplicateProperty':
      return t(
        'The AWS CLI refuses the file, the property stands on line {0} already: {1}',
        what.firstLine,
        what.name,
      );
    case 'duplicateSection':
      return t(
        'The AWS CLI refuses the file, the section stands on line {0} already: {1}',
        what.firstLine,
        what.name,
      );
    case 'colonInsteadOfEquals':
      return t('The AWS CLI reads a : here like an =, other tools do not: {0}', what.name);
    case 'inlineComment':
      return t('The AWS CLI takes the comment for a part of the value: {0}', what.name);
    case 'textAfterHeader':
      return t('The text after the ] is ignored by the AWS CLI and refused by other tools');
    case 'bracketAfterHeader':
      return t('The AWS CLI takes the last ] of this line for the end of the name');
    case 'indentedProperty':
      return t('An indented property with nothing to continue is refused by some tools: {0}', what.name);
    case 'indentedComment':
      return t('Some tools take this indented comment for a part of the value above: {0}', what.name);
    case 'moreProblems':
      return what.count === 1
        ? t('The file has 1 more problem')
        : t('The file has {0} more problems', what.count);
    case 'invalidProfileName':
      return t('The profile is ignored, its name has characters that are not allowed: {0}', what.name);
    case 'quotedProfileName':
      return t('Only the AWS CLI and boto3 read a profile name in quotes: {0}', what.name);
    case 'missingProfilePrefix':
      return t('The section is ignored, in the config file it must be called [profile {0}]', what.name);
    case 'prefixInCredentials':
      return t('The section is ignored, in the credentials file it must be called [{0}]', what.name);
    case 'unknownSection':
      return t('The section is ignored, tools do not know its kind: {0}', what.name);
    case 'pythonDefaultSection':
      return t('The AWS CLI gives the properties of [DEFAULT] to every profile: write [default]');
    case 'defaultShadowed':
      return t('The section is ignored, because [profile default] exists');
    case 'keysSplitOverFiles':
      return t('The access key and its secret stand in two files, the AWS CLI reads them from one only');
    case 'includeIsForeign':
      return t(
        'include_profile is read by STS Sessions and aws-vault, not by the AWS CLI: {0}',
        what.included,
      );
    case 'includeMissing':
      return t('include_profile is missing: {0}', what.included);
    case 'includeLoop':
      return t('include_profile goes round in a circle: {0}', what.path.join(' → '));
    default:
      return planProblemSentence(what);
  }
}

function fileWord(file: FileRole): string {
  return file === 'config' ? t('config file') : t('credentials file');
}

function megabytes({ bytes }: Extract<ProblemKind, { kind: 'fileTooLarge' }>): number {
  return Math.ceil(bytes / 1_000_000);
}
