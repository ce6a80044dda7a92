import { readFile, readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { PROJECT_ROOT } from '../common/config.js';
import { DeclaredFileError, parseDeclared } from '../common/declared.js';
import { WireError } from '../common/errors.js';
import { AlertRulesSchema, unknownLabels, type AlertRule, type AlertRules } from '../fusion/alert-rules.js';
import { LabelProfilesSchema, profileOf, type LabelProfile } from '../fusion/profile.js';

const PRESETS = join(PROJECT_ROOT, 'presets', 'alerts');
/** The alert rules that switch alerts off. */
export const OFF = 'off';

/** Names of the rules that come with the house. */
export async function presetNames(): Promise<string[]> {
  const files = await readdir(PRESETS);
  return files.filter((file) => extname(file) === '.yaml').map((file) => basename(file, '.yaml'));
}

/** Reads alert rules: a preset by its name, or a file. @throws DeclaredFileError */
export async function readRules(nameOrFile: string): Promise<AlertRules & { readonly name: string }> {
  const presets = await presetNames();
  const file = presets.includes(nameOrFile) ? join(PRESETS, `${nameOrFile}.yaml`) : nameOrFile;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new DeclaredFileError([`${nameOrFile}: not to be read; give a file, or one of ${presets.join(', ')}`]);
  });
  const rules = parseDeclared(text, AlertRulesSchema, basename(file));
  return { ...rules, name: rules.name ?? basename(file, extname(file)) };
}

/** Reads label profiles. @throws DeclaredFileError */
export async function readProfiles(file: string): Promise<Map<string, LabelProfile>> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new DeclaredFileError([`${basename(file)}: not to be read`]);
  });
  const profiles = parseDeclared(text, LabelProfilesSchema, basename(file));
  return new Map(Object.entries(profiles).map(([name, values]) => [name, profileOf(name, values)]));
}

/** What a session goes by. */
export interface Chosen {
  readonly profile?: LabelProfile;
  readonly rules: readonly AlertRule[];
}

/** The label profiles and alert rules of this installation, read once. */
export class HouseRules {
  private constructor(
    private readonly profiles: ReadonlyMap<string, LabelProfile>,
    private readonly ruleSets: ReadonlyMap<string, AlertRules>,
    private readonly usual: string,
  ) {}

  /** @throws DeclaredFileError naming file, line, rule and field */
  static async load(profilesFile: string, rules: string): Promise<HouseRules> {
    const profiles = await readProfiles(profilesFile);
    const sets = new Map<string, AlertRules>();
    for (const preset of await presetNames()) sets.set(preset, await readRules(preset));
    if (rules === OFF) return new HouseRules(profiles, sets, OFF);
    const own = await readRules(rules);
    const faults = unknownLabels(
      own,
      [...profiles.values()].flatMap(({ labels }) => Object.keys(labels)),
    );
    if (faults.length > 0) throw new DeclaredFileError(faults);
    return new HouseRules(profiles, sets.set(own.name, own), own.name);
  }

  /** @throws WireError `configInvalid` for a name that is not known, or rules whose labels the session does not have. */
  choose({
    labels,
    alerts = this.usual,
  }: {
    readonly labels?: string | undefined;
    readonly alerts?: string | undefined;
  }): Chosen {
    const profile = labels === undefined ? undefined : this.profiles.get(labels);
    if (labels !== undefined && !profile) {
      throw new WireError('configInvalid', `There is no such label profile; there are ${listed(this.profiles)}.`, {
        param: 'labels',
      });
    }
    const set = this.ruleSets.get(alerts);
    if (alerts !== OFF && !set) {
      throw new WireError(
        'configInvalid',
        `There are no such alert rules; there are ${listed(this.ruleSets)}, ${OFF}.`,
        { param: 'alerts' },
      );
    }
    const unknown = set ? unknownLabels(set, Object.keys(profile?.labels ?? {})) : [];
    if (unknown.length > 0) {
      throw new WireError('configInvalid', 'These alert rules name labels of a profile: choose it in `labels`.', {
        param: 'alerts',
      });
    }
    return { ...(profile && { profile }), rules: set?.rules ?? [] };
  }
}

const listed = (names: ReadonlyMap<string, unknown>): string => [...names.keys()].join(', ') || 'none';
