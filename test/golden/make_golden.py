"""Writes features.json: what librosa, scipy and numpy say of a few signals that both sides make by arithmetic.

    pip install librosa==0.11.0
    python test/golden/make_golden.py

An implementation of its own: the windows, filter banks, cepstra, chroma, shapes and pitch are librosa's, the halving filter is
scipy's, the rest is the plain formula in numpy. The signals are written down a second time in signals.ts.
"""

import json
import os

import librosa
import numpy as np
import scipy.signal

RATE, HALF = 16000, 8000
WINDOW, HOP, FFT = 256, 80, 512
LOW, HIGH = 60, 3800
FLOOR = 1e-12


def signals():
    t = np.arange(RATE) / RATE
    glide = 2 * np.pi * (110 * t + 60 * t * t)
    harmonics = sum(np.sin(h * glide) / h for h in range(1, 9))
    state, noise = 1, np.zeros(RATE)
    for i in range(RATE):
        state = (1664525 * state + 1013904223) % 2**32
        noise[i] = state / 2**32 - 0.5
    sines = 0.3 * np.sin(2 * np.pi * 220 * t) + 0.2 * np.sin(2 * np.pi * 660 * t) + 0.1 * np.sin(2 * np.pi * 1760 * t)
    chirp = 0.5 * np.sin(2 * np.pi * (200 * t + 1500 * t * t))
    syllables = np.maximum(0, np.sin(2 * np.pi * 3 * t))
    made = {
        'sines': sines,
        'chirp': chirp,
        'noise': 0.4 * noise,
        'glide': 0.15 * harmonics,
        'syllables': 0.2 * harmonics * syllables + 0.004 * noise,
        'clipped': np.clip(1.5 * np.sin(2 * np.pi * 150 * t), -1, 1),
        'quiet': 0.001 * sines,
        'silence': np.zeros(RATE),
        'short': sines[:100],
    }
    return {name: x.astype(np.float32) for name, x in made.items()}


def db(power):
    return 10 * np.log10(power + FLOOR)


def describe(x):
    taps = scipy.signal.firwin(87, 0.5, window='hamming')
    y = np.convolve(x.astype(float), taps, 'full')[43 : 43 + len(x)][::2].astype(np.float32)
    if len(y) < WINDOW:
        y = np.pad(y, (0, WINDOW - len(y)))
    pad = (FFT - WINDOW) // 2
    hann = scipy.signal.get_window('hann', WINDOW)
    spectrum = librosa.stft(
        np.pad(y, pad).astype(float), n_fft=FFT, hop_length=HOP, win_length=WINDOW, window='hann', center=False
    )
    power = np.abs(spectrum) ** 2 * 2 / (FFT * np.sum(hann**2))
    hz = librosa.fft_frequencies(sr=HALF, n_fft=FFT)
    band = (hz >= LOW) & (hz <= HIGH)
    inside, at = power[band] + FLOOR / band.sum(), hz[band]

    mel = librosa.feature.melspectrogram(
        S=power, sr=HALF, n_fft=FFT, n_mels=40, fmin=LOW, fmax=HIGH, htk=True, norm=None
    )
    log_mel = np.log(mel + FLOOR)
    log_mel = np.maximum(log_mel, log_mel.max() - 7 * np.log(10))
    mfcc = librosa.feature.mfcc(S=log_mel, n_mfcc=16)
    delta = librosa.feature.delta(mfcc, width=9, mode='nearest')
    level = 10 * np.log10(inside.sum(0))
    magnitude = np.where(band[:, None], np.sqrt(power + FLOOR / band.sum()), 0)
    chroma = librosa.feature.chroma_stft(S=magnitude, sr=HALF, n_fft=FFT, tuning=0, norm=np.inf)

    def between(low, high):
        return db(inside[(at >= low) & (at < high)].sum(0))

    def trend(low, high):
        inner = (at >= low) & (at < high)
        return np.polyfit(at[inner] / 1000, 10 * np.log10(inside[inner]), 1)[0]

    below, above = at < 2000, at >= 2000
    edges = [60, 500, 1000, 2000, 3000, 4000]
    return {
        'logMel': log_mel,
        'mfcc': mfcc,
        'delta': delta,
        'deltaDelta': librosa.feature.delta(delta, width=9, mode='nearest'),
        'chroma': np.where(level > -100, chroma, 0),
        'bands': np.array([between(a, b) - level for a, b in zip(edges, edges[1:])]),
        'level': level,
        'rms': librosa.feature.rms(y=y, frame_length=WINDOW, hop_length=HOP, center=False)[0],
        'zcr': librosa.feature.zero_crossing_rate(
            y, frame_length=WINDOW, hop_length=HOP, center=False, threshold=0, zero_pos=True
        )[0],
        'centroid': librosa.feature.spectral_centroid(S=inside, freq=at)[0],
        'spread': librosa.feature.spectral_bandwidth(S=inside, freq=at)[0],
        'rolloff': librosa.feature.spectral_rolloff(S=inside, freq=at, roll_percent=0.85)[0],
        'median': librosa.feature.spectral_rolloff(S=inside, freq=at, roll_percent=0.5)[0],
        'flatness': librosa.feature.spectral_flatness(S=inside, power=1, amin=1e-30)[0],
        'flux': np.concatenate([[0], np.sqrt(np.mean(np.diff(log_mel, axis=1) ** 2, axis=0))]),
        'slopeLow': trend(60, 500),
        'slopeMid': trend(500, 1500),
        'alphaRatio': between(60, 1000) - between(1000, 4000),
        'hammarberg': 10 * np.log10(inside[below].max(0)) - 10 * np.log10(inside[above].max(0)),
    }


def pitch(x):
    """YIN on 40 ms windows centred on ours."""
    return librosa.yin(np.pad(x, (64, 64)), fmin=60, fmax=500, sr=RATE, frame_length=640, hop_length=160, center=False)


def main():
    golden = {}
    for name, x in signals().items():
        features = describe(x)
        frames = features['level'].shape[0]
        chosen = sorted({0, frames // 7, frames // 3, frames // 2, frames - 5, frames - 1} & set(range(frames)))
        picked = {key: np.asarray(v).T[chosen].reshape(len(chosen), -1) for key, v in features.items()}
        golden[name] = {
            'count': frames,
            'frames': chosen,
            'features': {key: [[float('%.7g' % v) for v in row] for row in rows] for key, rows in picked.items()},
            'classic': [float('%.7g' % v) for v in librosa.feature.mfcc(y=x, sr=RATE, n_mfcc=40).mean(1)],
        }
        if name in ('glide', 'clipped', 'quiet'):
            golden[name]['pitch'] = [float('%.6g' % v) for v in pitch(x)[chosen]]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'features.json')
    with open(path, 'w') as out:
        body = ',\n'.join(f'  {json.dumps(name)}: {json.dumps(value)}' for name, value in golden.items())
        out.write('{\n' + body + '\n}\n')


if __name__ == '__main__':
    main()
