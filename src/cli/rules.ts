import { loadConfig } from '../common/config.js';
import { DeclaredFileError } from '../common/declared.js';
import type { Locale } from '../emotion/fused.js';
import { unknownLabels } from '../fusion/alert-rules.js';
import { messagesOf } from '../fusion/locales.js';
import { presetNames, readProfiles, readRules } from '../pipeline/house-rules.js';
import { plainTable } from './table.js';

export interface RulesOptions {
  readonly labels?: string;
  readonly locale: Locale;
}

/** Tells what alert rules mean, or what is wrong with them. Resolves with false in the second case. */
export async function checkRules(nameOrFile: string, { labels, locale }: RulesOptions): Promise<boolean> {
  return told(async () => {
    const rules = await readRules(nameOrFile);
    const profiles = labels === undefined ? undefined : await readProfiles(loadConfig().LABEL_PROFILES);
    const profile = profiles?.get(labels ?? '');
    if (profiles && !profile)
      throw new DeclaredFileError([
        `--labels: there is no such profile; allowed are ${[...profiles.keys()].join(', ')}`,
      ]);
    const faults = unknownLabels(rules, Object.keys(profile?.labels ?? {}));
    if (faults.length > 0) throw new DeclaredFileError(faults);
    const messages = messagesOf(locale, profile?.names[locale]);
    const table = plainTable(['rule', 'severity', 'raised where', 'rests']);
    for (const rule of rules.rules)
      table.push([rule.name, rule.severity, messages.rule(rule, []), `${rule.coolDown} s`]);
    console.log(table.toString());
  });
}

export async function listRules(): Promise<boolean> {
  const table = plainTable(['preset', 'rules', 'for']);
  for (const preset of await presetNames()) {
    const { rules, description = '' } = await readRules(preset);
    table.push([preset, rules.map(({ name }) => name).join('\n'), description.replace(/(.{60}\S*) /gu, '$1\n')]);
  }
  console.log(table.toString());
  return true;
}

/** Tells what label profiles mean, or what is wrong with them. */
export async function checkLabels(file: string | undefined): Promise<boolean> {
  return told(async () => {
    const table = plainTable(['profile', 'label', 'emotions']);
    for (const { name, labels } of (await readProfiles(file ?? loadConfig().LABEL_PROFILES)).values())
      for (const [i, [label, emotions]] of Object.entries(labels).entries())
        table.push([i === 0 ? name : '', label, emotions.join(', ')]);
    console.log(table.toString());
  });
}

async function told(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof DeclaredFileError)) throw error;
    for (const fault of error.faults) console.error(`undertone: ${fault}`);
    return false;
  }
}
