import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { PROJECT_ROOT } from '../../src/common/config.js';

interface Node {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<Node>;
}

const CLIPS = join(PROJECT_ROOT, 'test', 'fixtures', 'clips');
const folder = mkdtempSync(join(tmpdir(), 'inspect-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const all = (node: Node, selector: string): Node[] => [...node.querySelectorAll(selector)];
const textOf = ({ textContent }: Node): string => textContent.replace(/\s+/g, ' ').trim();

/** The built command line as a process of its own; what it writes is read back. */
async function inspect(
  file: string,
  ...more: string[]
): Promise<{ code: number; out: string; err: string; page: Node }> {
  const target = join(folder, 'pages', 'page.html');
  rmSync(target, { force: true });
  const env = { ...process.env, NODE_ENV: 'test', NODE_OPTIONS: '', MODEL_DOWNLOAD: 'false', ACOUSTIC_THREADS: '1' };
  const args = ['bin/undertone.mjs', 'inspect', file, '--html', target, '--whisper', 'off', ...more];
  const ended = await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: PROJECT_ROOT, env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
  const markup = existsSync(target) ? readFileSync(target, 'utf8') : '';
  return { ...ended, page: (parseHTML(markup) as unknown as { document: Node }).document };
}

describe('undertone inspect', () => {
  test('[CL7] every track on one axis of time, every utterance with its reasons, and a summary', async () => {
    const { code, out, err, page } = await inspect(join(CLIPS, 'two-sentences.wav'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(all(page, '.tracks figcaption b').map(textOf)).toEqual([
      'Waveform and utterances',
      'What the voice says so far',
      'Pitch',
      'Level',
      'Log-mel spectrogram',
      'Chroma',
    ]);
    expect(new Set(all(page, '.tracks svg').map((svg) => svg.getAttribute('width'))).size).toBe(1);
    expect(all(page, '.tracks image')).toHaveLength(2);
    const utterances = all(page, '.utterance');
    expect(utterances).toHaveLength(2);
    for (const utterance of utterances) expect(all(utterance, '.cues li').length).toBeGreaterThan(2);
    expect(out).toMatch(/0:00\.\d–0:01\.\d/);
    expect(out).toMatch(/page\.html · \d+ kB\n$/);
  });

  test('[CL8] hostile words and names stay text, and nothing is fetched', async () => {
    const evil = '<script>alert(1)</script> "</svg><img src=x onerror=alert(1)>';
    const file = join(folder, '<img src=x onerror=alert(1)>.wav');
    copyFileSync(join(CLIPS, 'two-sentences.wav'), file);
    const { code, page } = await inspect(file, '--text', evil);
    expect(code).toBe(0);
    expect(all(page, 'script, img, link, iframe')).toEqual([]);
    expect(all(page, 'h1').map(textOf)).toEqual(['<img src=x onerror=alert(1)>.wav']);
    expect(all(page, 'blockquote').map(textOf)).toEqual([evil]);
    for (const image of all(page, 'image')) expect(image.getAttribute('href')).toMatch(/^data:image\/png;base64,/);
  });

  test('[CL7] silence makes a page that says so', async () => {
    const { code, out, page } = await inspect(join(CLIPS, 'silence.wav'));
    expect({ code, utterances: all(page, '.utterance').length }).toEqual({ code: 0, utterances: 0 });
    expect(out).toMatch(/^! No speech was found\.\n/);
    expect(all(page, '.note').map(textOf)).toEqual(['No speech was found.']);
  });

  test('[CL3] a recording that cannot be read, and one that the page would overwrite', async () => {
    const corrupt = await inspect(join(CLIPS, 'corrupt.flac'));
    expect({ code: corrupt.code, out: corrupt.out }).toEqual({ code: 1, out: '' });
    expect(corrupt.err).toMatch(/corrupt\.flac: the flac file holds no sound/);
    const same = join(folder, 'pages', 'page.html');
    const overwritten = await inspect(same);
    expect(overwritten).toMatchObject({ code: 1, err: `undertone: ${same}: the page would overwrite the recording\n` });
  });
});
