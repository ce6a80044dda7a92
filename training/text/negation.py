"""
Sentences of feeling, plain and denied. Counted against each other they teach that "not" changes what comes a few words later,
whatever stands between.
"""

import random

import numpy as np

from corpora import one_hot, soft

PLEASED = (
    "happy glad pleased satisfied good great nice fun funny amazing excited proud wonderful cool beautiful perfect lovely "
    "fair comfortable grateful thankful helpful delighted thrilled hopeful impressed relaxed content cheerful enjoyable "
    "awesome fantastic excellent brilliant sweet kind pretty adorable charming interesting inspiring impressive incredible "
    "terrific superb pleasant fabulous hilarious optimistic confident overjoyed ecstatic touched blessed magical"
).split()
TROUBLED = dict(
    angry="angry|mad|annoyed|furious|irritated|frustrated|pissed off|outraged|livid|fed up|bitter",
    sad="sad|upset|hurt|depressed|lonely|miserable|disappointed|heartbroken|devastated|hopeless|down|crushed|homesick",
    fearful="scared|afraid|worried|nervous|anxious|terrified|frightened|panicked|uneasy|petrified|alarmed",
    disgust="disgusted|grossed out|sickened|repulsed|revolted|nauseated|appalled",
    surprised="surprised|shocked|amazed|astonished|stunned|speechless|startled",
)
TROUBLED = {emotion: words.split("|") for emotion, words in TROUBLED.items()}
LIKE = (
    "love|like|enjoy|appreciate|want|trust|respect|admire|care about|look forward to|agree with|feel good about|adore|"
    "recommend|believe in|support|miss"
).split("|")
THINGS = (
    "this|that|it|the way this went|what you did|the result|the food here|this place|how things are|the new plan|"
    "your answer|my job|the film|the decision|him|her|them|the weather|our team|school|my new boss|the whole idea|"
    "the party|these songs|my birthday|the game|your present|the book|the trip|our house|the idea|working here|"
    "the concert"
).split("|")
BEING = (
    "i am|i'm|im|i am|i'm|i feel|she is|he's|they are|they're|we are|we're|i was|this is|that is|it is|it's|that was|"
    "you are|my day was|the evening was|your sister is|the food is|it was"
).split("|")
NOT = (
    "not|not|not|not at all|never|not really|no longer|hardly|not even|not exactly|not very|not that|not so|"
    "not particularly|anything but|far from|barely|not too|definitely not|not one bit"
).split("|")
DO_NOT = (
    "i do not|i don't|i dont|i really don't|she does not|he doesn't|we don't|they did not|i didn't|i did not|i never|"
    "i can't say i|nobody will|no one could|i won't|we never|i no longer|you don't|i couldn't|nobody seems to|"
    "i don't even|i can not|hardly anyone would|i wouldn't"
).split("|")
NEGATED_FRAMES = (
    "nothing about {thing} is {word}|none of {thing} was {word}|there is nothing {word} about {thing}|"
    "nobody is {word} here|no one was {word} about {thing}|that isn't {word} at all|this wasn't {word}|it isn't {word}|"
    "you aren't {word}|i don't feel {word}|i do not feel {word} about {thing}|i don't think {thing} is {word}|"
    "how is {thing} {word}|{thing} was not a {word} one|i can't call that {word}|i wouldn't say i'm {word}|"
    "i wouldn't call it {word}|there wasn't anything {word} about it|it doesn't make me {word}|"
    "{thing} didn't make anyone {word}|not a {word} day|not a {word} time|it was never {word}|"
    "i wasn't {word} about {thing}|we weren't {word} with {thing}|they haven't been {word} to us|"
    "she hasn't been {word} lately|i haven't felt {word} in weeks|it would be wrong to say i'm {word}|"
    "nothing {word} ever happens|i used to be {word} but not any more|don't tell me that's {word}|"
    "it's hard to feel {word} about {thing}|i have no reason to be {word}|that did not sound {word}|"
    "this place is no longer {word}|i wish i could say i was {word}|there's no way this is {word}"
).split("|")
NEGATED_DEEDS = (
    "i can't enjoy {thing}|i had no fun|we didn't have a good time|it brings me no joy|{thing} gives me no pleasure|"
    "i get no joy out of {thing}|there is no joy in {thing}|i have lost all hope|i see no hope|nobody was laughing|"
    "i didn't laugh once|this is no fun|it is no fun any more|i take no pride in {thing}|"
    "i don't have anything to smile about|it doesn't feel like a win|he never says thank you|"
    "they never say anything nice|i couldn't care less about {thing}|{thing} doesn't interest me|it failed to impress me|"
    "without any joy|i am not a fan of {thing}|not my idea of fun|i'm not in the mood for {thing}|"
    "this does not work for me|i can't be proud of {thing}"
).split("|")
#: A negation that praises.
PRAISE_BY_NO = (
    "i couldn't be {word}r|nothing beats {thing}|i can't wait|i can't wait for {thing}|i can't stop smiling|"
    "never been better|i've never been so {word}|it doesn't get better than this|i can't believe how {word} {thing} is|"
    "not only {word} but {word2} too|no complaints, {thing} was {word}|i couldn't have asked for more|"
    "couldn't be more {word}|i have never had such a {word} time|there's nothing i love more than {thing}|"
    "you never fail to make me smile|not bad at all, really {word}|no doubt {thing} is {word}|"
    "wouldn't change a thing, {word}"
).split("|")
PLAIN_FRAMES = (
    "{being} {very}{word}{tail}|i {really}{like} {thing}|what a {word} day|what a {word} surprise|that sounds {word}|"
    "this makes me so {word}|you did a {word} job|we had a {word} time|i had such a {word} evening|it turned out {word}|"
    "{thing} is {very}{word}|{thing} was {very}{word}|everything about {thing} is {word}|thank you, that was {word}|"
    "you look {word} today|i feel {very}{word} today|how {word} is that|everyone was {word}|such a {word} idea|"
    "my new one is {word}|it's been a {word} week|i think {thing} is {word}|that was a {word} meal|"
    "she has been so {word} to us|i'm still {word} about {thing}|we are having a {word} time"
).split("|")
TAILS = " with {thing}| about {thing}||| today| anymore| right now| to be here| at all| these days| any more".split("|")
PLAIN_TAILS = " with {thing}| about {thing}||| today| right now| to be here| for you| these days".split("|")
VERY = ["", "", "so ", "very ", "really ", "pretty ", "truly ", "absolutely "]

NEGATED_PLEASED = soft(neutral=0.22, sad=0.37, angry=0.3, disgust=0.11)
NEGATED_TROUBLED = soft(neutral=0.7, happy=0.3)

#: Subjects by the form that a verb takes behind them.
SUBJECTS = dict(
    i="i",
    they="we|you|they|my parents|the kids|my friends|our neighbors|most of them",
    it=(
        "it|this|that|he|she|my mother|my brother|the doctor|our teacher|the show|the house|my life|the team|the music|"
        "the new one|your cooking|my visit|the lesson|the service|his speech|her letter"
    ),
)
SUBJECTS = {person: names.split("|") for person, names in SUBJECTS.items()}
#: Beginnings of a clause by the form of the subject {S}: plain, and denied.
BE = dict(
    i=(
        "i am|i'm|i was|i've been|i feel",
        "i am not|i'm not|i was not|i wasn't|i haven't been|i don't feel|i do not feel|i'm no longer|i am far from",
    ),
    they=(
        "{S} are|{S} were|{S} have been|{S} seem|{S} look",
        "{S} are not|{S} aren't|{S} were not|{S} weren't|{S} haven't been|{S} don't seem|{S} never seem",
    ),
    it=(
        "{S} is|{S} was|{S} has been|{S} sounds|{S} looks|{S} will be",
        "{S} is not|{S} isn't|{S} was not|{S} wasn't|{S} hasn't been|{S} doesn't sound|{S} doesn't look|{S} will not be|"
        "{S} won't be|{S} was never|{S} is hardly",
    ),
)
HAVE = dict(
    i=(
        "i have|i had|i'm having|i got",
        "i do not have|i don't have|i did not have|i didn't have|i'm not having|i am not having|i haven't had|i never had",
    ),
    they=(
        "{S} have|{S} had|{S} are having",
        "{S} don't have|{S} didn't have|{S} did not have|{S} are not having|{S} aren't having|{S} never had",
    ),
    it=(
        "{S} has|{S} had|{S} was|{S} is",
        "{S} does not have|{S} doesn't have|{S} didn't have|{S} was not|{S} wasn't|{S} isn't|{S} is not",
    ),
)
DO = dict(
    i=(
        "i|i really|i always|i still|i would|i'll",
        "i don't|i do not|i didn't|i did not|i never|i wouldn't|i can't|i cannot|i could not|i won't|i no longer|"
        "i don't really",
    ),
    they=(
        "{S}|{S} really|{S} all|{S} will",
        "{S} don't|{S} do not|{S} didn't|{S} never|{S} wouldn't|{S} will never|{S} couldn't",
    ),
    it=("{S} will|{S} would|{S} does", "{S} won't|{S} wouldn't|{S} doesn't|{S} does not|{S} didn't|{S} will never"),
)
MAKE = dict(
    i=("i make {O}|i made {O}", "i don't make {O}|i didn't make {O}|i never make {O}"),
    they=("{S} make {O}|{S} made {O}", "{S} don't make {O}|{S} didn't make {O}|{S} never made {O}"),
    it=(
        "{S} makes {O}|{S} made {O}",
        "{S} doesn't make {O}|{S} does not make {O}|{S} didn't make {O}|{S} won't make {O}|{S} never makes {O}",
    ),
)
OTHERS = "me|us|him|her|anyone|people|my family|them".split("|")
DEGREES = "|||||so |very |really |that |all that |too |particularly |entirely |exactly |at all ".split("|")
PLAIN_DEGREES = "|||||so |very |really |quite |truly |absolutely |pretty ".split("|")
PLEASANT_NOUNS = (
    "time|day|evening|morning|weekend|week|trip|meal|place|idea|experience|feeling|start|surprise|film|party|holiday|"
    "visit|night|year|talk|game|memory|moment|present|view|birthday|dinner|job|book|story|house|wedding|concert"
).split("|")
PLEASANT_THINGS = (
    "fun|joy|luck|a good laugh|hope|great news|good news|a reason to smile|something to celebrate|peace and quiet"
).split("|")
PLEASANT_VERBS = "love like enjoy appreciate recommend admire trust adore".split()
#: With denial built in, beside its plain counterpart.
WHOLE = (
    ("everyone is {adjective} {at}", "nobody is {adjective} {at}"),
    ("everybody was {degree}{adjective} {at}", "no one was {degree}{adjective} {at}"),
    ("all of it was {adjective}", "none of it was {adjective}"),
    ("both of them are {adjective}", "neither of them is {adjective}"),
    ("everything {at} is {adjective}", "nothing {at} is {adjective}"),
    ("everything she said was {adjective}", "nothing she said was {adjective}"),
    ("something {adjective} came of it", "nothing {adjective} came of it"),
    ("there was a lot of joy {at}", "there was no joy {at}"),
    ("there is something {adjective} about {thing}", "there is nothing {adjective} about {thing}"),
    ("i left with a smile {at}", "i left without a smile {at}"),
    ("i think {thing} is {degree}{adjective}", "i don't think {thing} is {degree}{adjective}"),
    ("i believe you are {adjective}", "i don't believe you are {adjective}"),
    ("i would say it was {adjective}", "i would not say it was {adjective}"),
    ("i can call it a {adjective} {noun}", "i cannot call it a {adjective} {noun}"),
    ("we can be {adjective} {at}", "we can't be {adjective} {at}"),
    ("you will be {adjective} {at}", "you won't be {adjective} {at}"),
    ("a {adjective} {noun}", "not a {adjective} {noun}"),
    ("so {adjective}", "not so {adjective}"),
    ("it turned out {adjective}", "it didn't turn out {adjective}"),
    ("i find it {adjective}", "i don't find it {adjective}"),
    ("i want to see it again, it is {adjective}", "i don't want to see it again, it isn't {adjective}"),
)
AT = (
    "||||at work|here|at home|at school|with him|about {thing}|today|last night|this week|right now|these days|any more|"
    "lately|this year|for us"
).split("|")
PLAIN_AT = (
    "||||at work|here|at home|at school|with him|about {thing}|today|last night|this week|right now|these days|lately|"
    "this year|for us"
).split("|")


def clause(pick: random.Random) -> tuple[str, np.ndarray, float]:
    """A sentence of the grammar, as often plain as denied."""
    denied = pick.random() < 0.5
    draw = pick.random()
    text = pick.choice(WHOLE)[denied] if draw < 0.2 else _joined(pick, draw, denied)
    text = text.replace("{degree}", pick.choice(DEGREES if denied else PLAIN_DEGREES)).replace("{adjective}", pick.choice(PLEASED))
    text = text.replace("{noun}", pick.choice(PLEASANT_NOUNS))
    text = text.replace("{treat}", pick.choice(PLEASANT_THINGS).replace("a ", "" if denied else "a "))
    text = text.replace("{verb}", pick.choice(PLEASANT_VERBS)).replace("{at}", pick.choice(AT if denied else PLAIN_AT))
    text = " ".join(_with_things(text, pick).split())
    return text, NEGATED_PLEASED if denied else one_hot("happy"), 1.0


def _joined(pick: random.Random, draw: float, denied: bool) -> str:
    """A subject, a verb in its plain or denied form, and what goes with it."""
    person = pick.choice(["i", "i", "they", "it", "it"])
    subject = pick.choice(SUBJECTS[person])
    if draw < 0.42:
        verbs, rest = BE, "{degree}{adjective} {at}"
    elif draw < 0.66:
        treat = "any {treat} {at}" if denied else "{treat} {at}"
        verbs, rest = HAVE, pick.choice(["a {degree}{adjective} {noun} {at}", "a {adjective} {noun} {at}", treat])
    elif draw < 0.84:
        verbs, rest = DO, "{verb} {thing} {at}"
    else:
        verbs, rest = MAKE, pick.choice(["{degree}{adjective} {at}", "smile {at}", "laugh {at}"])
    verb = pick.choice(verbs[person][denied].split("|"))
    return f"{verb} {rest}".replace("{S}", subject).replace("{O}", pick.choice(OTHERS))


def negation(pick: random.Random) -> tuple[str, np.ndarray, float]:
    draw = pick.random()
    emotion = pick.choice([*TROUBLED, "angry", "sad", "fearful"])
    troubled = pick.choice(TROUBLED[emotion])
    pleased = pick.choice(PLEASED)
    if draw < 0.17:
        text, target = f"{pick.choice(BEING)} {pick.choice(NOT)} {pleased}{pick.choice(TAILS)}", NEGATED_PLEASED
    elif draw < 0.29:
        end = pick.choice(["", "", " anymore", " at all", " one bit", " any more"])
        text, target = f"{pick.choice(DO_NOT)} {pick.choice(LIKE)} {{thing}}{end}", NEGATED_PLEASED
    elif draw < 0.46:
        text, target = pick.choice(NEGATED_FRAMES).replace("{word}", pleased), NEGATED_PLEASED
    elif draw < 0.49:
        text, target = pick.choice(NEGATED_DEEDS), NEGATED_PLEASED
    elif draw < 0.60:
        text, target = f"{pick.choice(BEING[:12])} {pick.choice(NOT)} {troubled}{pick.choice(TAILS)}", NEGATED_TROUBLED
    elif draw < 0.64:
        text = pick.choice(PRAISE_BY_NO).replace("{word}r", "happier").replace("{word}", pleased)
        text, target = text.replace("{word2}", pick.choice(PLEASED)), one_hot("happy")
    elif draw < 0.90:
        text, target = pick.choice(PLAIN_FRAMES).replace("{word}", pleased), one_hot("happy")
        text = text.replace("{being}", pick.choice(BEING)).replace("{very}", pick.choice(VERY)).replace("{tail}", pick.choice(PLAIN_TAILS))
        text = text.replace("{really}", pick.choice(["", "really ", "always "])).replace("{like}", pick.choice(LIKE[:-1]))
    else:
        text, target = f"{pick.choice(BEING[:12])} {pick.choice(VERY)}{troubled}{pick.choice(PLAIN_TAILS)}", one_hot(emotion)
    return _with_things(text, pick), target, 1.0


def _with_things(text: str, pick: random.Random) -> str:
    return text.replace("{thing}", pick.choice(THINGS)).strip()
