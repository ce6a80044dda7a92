"""What librosa needs for a like set: 13 MFCCs, chroma, six scalars and pitch, windows of 512 every 160 at 16 kHz, on one thread.

usage: librosa_set.py SAMPLES_PER_CLIP ROUNDS < clips as float32, one after the other
Writes {"librosa": version, "set": [ms, ...], "yin": [ms, ...]}: CPU milliseconds per second of audio, one value a round.
"""

import json
import sys
import time

import librosa
import numpy as np

RATE = 16000
FRAMES = {"n_fft": 512, "hop_length": 160}
WINDOWS = {"frame_length": 512, "hop_length": 160}


def spectral_set(y):
    """One spectrogram for all that can share it, which is librosa at its fastest."""
    magnitude = np.abs(librosa.stft(y, **FRAMES))
    power = magnitude**2
    mel = librosa.feature.melspectrogram(S=power, sr=RATE)
    librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=13)
    librosa.feature.chroma_stft(S=power, sr=RATE)
    librosa.feature.spectral_centroid(S=magnitude, sr=RATE)
    librosa.feature.spectral_bandwidth(S=magnitude, sr=RATE)
    librosa.feature.spectral_rolloff(S=magnitude, sr=RATE)
    librosa.feature.spectral_flatness(S=magnitude)
    librosa.feature.rms(S=magnitude, **WINDOWS)
    librosa.feature.zero_crossing_rate(y, **WINDOWS)


def yin(y):
    librosa.yin(y, fmin=60, fmax=500, sr=RATE, frame_length=1024, hop_length=160)


def rounds_of(task, clips, rounds):
    task(clips[0])  # compiles, plans, caches the filter banks
    seconds = clips.size / RATE
    times = []
    for _ in range(rounds):
        before = time.process_time()
        for clip in clips:
            task(clip)
        times.append((time.process_time() - before) * 1000 / seconds)
    return times


length, rounds = int(sys.argv[1]), int(sys.argv[2])
clips = np.frombuffer(sys.stdin.buffer.read(), dtype="<f4").reshape(-1, length)
result = {"librosa": librosa.__version__}
for name, task in (("set", spectral_set), ("yin", yin)):
    result[name] = rounds_of(task, clips, rounds)
print(json.dumps(result))
