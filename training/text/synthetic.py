"""
Sentences written by rule, for what the corpora lack: negated feelings, plain everyday statements, polite nothings.

Everyday statements carry no emotion, so their target is "nothing to say": the class shares themselves, leaning a little
to neutral. A reader that divides by the prior then gets close to nothing from them. CREMA-D's twelve sentences and
their nouns are deliberately absent: they are the check that this generalises.
"""

import random

import numpy as np

from corpora import EMOTIONS, Example, one_hot, soft

PLEASED = (
    "happy glad pleased satisfied good great nice fun funny amazing excited proud wonderful cool beautiful perfect lovely "
    "fair comfortable grateful thankful helpful delighted thrilled hopeful impressed relaxed"
).split()
TROUBLED = dict(
    angry="angry mad annoyed furious irritated frustrated",
    sad="sad upset hurt depressed lonely miserable disappointed",
    fearful="scared afraid worried nervous anxious terrified frightened",
    disgust="disgusted grossed out|sickened|repulsed",
    surprised="surprised shocked amazed",
)
TROUBLED = {emotion: words.split("|") if "|" in words else words.split() for emotion, words in TROUBLED.items()}
LIKE = "love like enjoy appreciate want trust respect admire|care about|look forward to|agree with|feel good about"
LIKE = LIKE.split("|")[0].split() + LIKE.split("|")[1:]
THINGS = (
    "this|that|it|the way this went|what you did|the result|the food here|this place|how things are|the new plan|your "
    "answer|my job|the film|the decision|him|her|them|the weather|our team|school|my new boss|the whole idea"
).split("|")
BEING = (
    "i am|i'm|im|i am|i'm|she is|he's|they are|they're|we are|we're|i was|this is|that is|it is|it's|that was|you are|my day was"
).split("|")
NOT = "not|not|not|not at all|never|not really|no longer|hardly|not even|not exactly|not very|not that|not so".split("|")
DO_NOT = (
    "i do not|i don't|i dont|i really don't|she does not|he doesn't|we don't|they did not|i didn't|i did not|i never|i can't "
    "say i|nobody will|no one could|i won't|we never|i no longer|you don't"
).split("|")
NEGATED_FRAMES = (
    "nothing about {thing} is {word}|none of {thing} was {word}|there is nothing {word} about {thing}|nobody is {word} here|"
    "no one was {word} about {thing}|that isn't {word} at all|this wasn't {word}|it isn't {word}|you aren't {word}|"
    "i don't feel {word}|i do not feel {word} about {thing}|i don't think {thing} is {word}|how is {thing} {word}"
).split("|")
TAILS = " with {thing}| about {thing}||| today| anymore| right now| to be here| at all".split("|")
PLAIN_TAILS = " with {thing}| about {thing}||| today| right now| to be here".split("|")

NEGATED_PLEASED = soft(neutral=0.22, sad=0.37, angry=0.3, disgust=0.11)
NEGATED_TROUBLED = soft(neutral=0.7, happy=0.3)

OBJECTS = (
    "bus train report door printer kitchen road box window table ladder bottle email form key ticket folder phone laptop lamp "
    "chair bag letter shop library station parking lot map list paper course bridge hall elevator menu file"
).replace("parking lot", "parking_lot").split()
STATES = (
    "is on the left|opens at nine|is in the other room|is about half empty|starts in ten minutes|arrives on thursday|needs a new "
    "battery|is made of wood|costs about ten dollars|is next to the stairs|closes at six|is two blocks from here|is on the second "
    "floor|belongs to my neighbor|was built in nineteen eighty|is wet|is open now|is almost ready|will be here soon|is still "
    "warm|has four wheels|is a bit further down the street|usually takes an hour|is behind you|will be delivered next week"
).split("|")
TASKS = (
    "call the office|buy some milk|pick up the car|return a book|check the schedule|send the file|turn off the lights|bring an "
    "umbrella|sign the form|water the plants|print two copies|take the second exit|change the filter|get a new charger|pay the "
    "bill|wash the dishes|write that down|go to the store|move the chair|wait for the train|order a desk|read the second page|"
    "feed the cat|charge the phone|book a table for two|lock the door|take the stairs|walk to the station"
).split("|")
TIMES = (
    "|||today|tomorrow|on monday|this afternoon|next week|in an hour|at half past two|later|in the morning|before lunch|after "
    "work|on the way home|tonight|in july"
).split("|")
OPENERS = (
    "i think |i believe |i guess |maybe |it looks like |he said |she says |as far as i know |so |well |okay |by the way |yes |no |"
    "i heard |they told me |apparently |also |then |now "
).split("|")
CLAUSES = (
    "the {object} {state}|i have a dentist visit {time}|i have a class {time}|there is a {object} over there|we are taking the bus "
    "{time}|it will be cloudy {time}|it will be warm {time}|i have been here before|i have read this one already|you left your "
    "{object} in the car|the second {object} is larger than the first|he went to {task}|she will {task} {time}|i need another "
    "{object}|that is what it says on the {object}|that is how it was done|we are going to stop at the {object}|we will start in a "
    "few minutes|i wonder who wrote this|i wonder what the {object} is for|i wonder when it starts|this is the same {object} as "
    "last time|they are painting the {object}|it is ten past nine|it is almost noon|it is nearly six|the room is half full|the "
    "hotel is fully booked|the road is narrow|the floor is wet|the coat is in the {object}|i am on the bus|i am at the station|"
    "you are next in line|dinner is at seven|i would like a cup of tea|i would like a new {object}|take a coat with you|bring your "
    "{object}|don't forget the {object}|don't forget your {object}|do not move the {object} yet|don't open the {object} before "
    "noon|never mind the {object}|that is exactly where i put the {object}|it is exactly the same {object} as before|that is "
    "roughly how long it takes|i wonder how long the {object} is|i wonder what is in the {object}|i wonder which {object} it was|"
    "i wonder who that is|i was on my way to {task}|we are on our way to the {object}|it could be colder {time}|i have seen a "
    "{object} like that|the {object} looked like this one|we have a few minutes until the train leaves"
).split("|")
EVERYDAY_FRAMES = (
    "the {object} {state}|the {object} {state}|i have to {task} {time}|i need to {task} {time}|i am going to {task} {time}|we will "
    "{task} {time}|i'd like to {task} {time}|please {task} {time}|could you {task} {time}|remember to {task}|do not forget to {task}|"
    "he said he would {task} {time}|i was about to {task}|what time does the {object} open|where is the {object}|is that the {object}|"
    "did you {task} {time}|i think the {object} {state}|i believe i have a class {time}|my flight is {time}|they are on their way to "
    "the {object}|she works in the {object} shop|there is a {object} in the hall|maybe the {object} {state}|it is a quarter past four|"
    "we are having lunch {time}|i wonder where the {object} is|i think i saw the {object} {time}|that is what the {object} looks like|"
    "it might rain {time}|let me know if you want to {task}|this {object} is from the same box as the other one|it takes about "
    "twenty minutes|the number is on the back of the {object}|we should arrive {time}|i put it on the {object}|you can {task} {time}"
).split("|")
POLITE = (
    "i'm fine|i am fine|im fine|fine|i'm okay|i'm ok|i am okay|okay|i'm all right|i'm alright|it's fine|it's okay|that's fine|not bad|"
    "i'm doing okay|i'm fine thanks|can't complain|everything is fine|yeah i'm fine|no i'm fine|we're fine|all good"
).split("|")


def synthetic(seed: int, negations: int, everyday: int, polite: int, prior: np.ndarray) -> list[Example]:
    """@param prior shares of the seven that a sentence without emotion should be answered with"""
    pick = random.Random(seed)
    rows = [_negation(pick) for _ in range(negations)]
    nothing = prior * np.exp(0.35 * (np.arange(len(EMOTIONS)) == 0))
    nothing = (nothing / nothing.sum()).astype(np.float32)
    rows += [(_everyday(pick), nothing) for _ in range(everyday)]
    rows += [(pick.choice(POLITE), soft(neutral=0.6, happy=0.4)) for _ in range(polite)]
    return [Example(_punctuated(text, pick), target, None, 1.0, "synthetic") for text, target in rows]


def _negation(pick: random.Random) -> tuple[str, np.ndarray]:
    draw = pick.random()
    emotion = pick.choice([*TROUBLED, "angry", "sad", "fearful"])
    troubled = pick.choice(TROUBLED[emotion])
    very = pick.choice(["", "so ", "very ", "really "])
    pleased = pick.choice(PLEASED)
    if draw < 0.28:
        text, target = f"{pick.choice(BEING)} {pick.choice(NOT)} {pleased}{pick.choice(TAILS)}", NEGATED_PLEASED
    elif draw < 0.45:
        end = pick.choice(["", "", " anymore", " at all", " one bit"])
        text, target = f"{pick.choice(DO_NOT)} {pick.choice(LIKE)} {{thing}}{end}", NEGATED_PLEASED
    elif draw < 0.54:
        text, target = pick.choice(NEGATED_FRAMES).replace("{word}", pleased), NEGATED_PLEASED
    elif draw < 0.76:
        text, target = f"{pick.choice(BEING[:12])} {pick.choice(NOT)} {troubled}{pick.choice(TAILS)}", NEGATED_TROUBLED
    elif draw < 0.86:
        text, target = f"{pick.choice(BEING)} {very}{pleased}{pick.choice(PLAIN_TAILS)}", one_hot("happy")
    elif draw < 0.92:
        text, target = f"i {pick.choice(['', 'really ', 'always '])}{pick.choice(LIKE)} {{thing}}", one_hot("happy")
    else:
        text, target = f"{pick.choice(BEING[:12])} {very}{troubled}{pick.choice(PLAIN_TAILS)}", one_hot(emotion)
    return _fill(text, pick), target


def _everyday(pick: random.Random) -> str:
    if pick.random() < 0.5:
        return _fill(pick.choice(EVERYDAY_FRAMES), pick)
    return _fill(pick.choice(["", "", pick.choice(OPENERS)]) + pick.choice(CLAUSES), pick)


def _fill(frame: str, pick: random.Random) -> str:
    text = frame.replace("{state}", pick.choice(STATES)).replace("{task}", pick.choice(TASKS))
    text = text.replace("{time}", pick.choice(TIMES)).replace("{thing}", pick.choice(THINGS))
    return text.replace("{object}", pick.choice(OBJECTS).replace("_", " ")).strip()


def _punctuated(text: str, pick: random.Random) -> str:
    question = text.split()[0] in {"what", "where", "is", "did", "could", "how"}
    return text + pick.choice(["", "?" if question else ".", "?" if question else "."])
