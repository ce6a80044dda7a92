"""
Sentences written by rule, for what the corpora lack: negated feelings, plain everyday statements, polite nothings, irony by
contrast, emoji.

Everyday statements say nothing: that is a label of its own (`says` 0). The same statements with a word of feeling beside
them say it in full, so that it is not the everyday topic that silences. CREMA-D's twelve sentences are deliberately absent, and their nouns
too but for "alarm", as in smoke alarm: they are the check that this generalises. `probes/` shares no frame with this file.
"""

import random

import numpy as np

from corpora import IRONY, Example, one_hot, place, soft
from negation import THINGS, clause, negation

ANNOYANCES = (
    "monday|monday morning|seminar|bill|traffic jam|power cut|flat tire|delay|form to fill in|parking ticket|rainy weekend|update that "
    "breaks everything|night without sleep|tax letter|cold|queue|phone call from the bank|deadline|headache|mess to clean up|broken "
    "elevator|exam|email from my boss|late train|unpaid shift|advert|password to change"
).split("|")
MISHAPS = (
    "my phone dies|it rains on my day off|the train is late again|nobody answers|people talk in the cinema|my boss calls at night|the "
    "internet goes down|i have to work all weekend|the printer jams|someone eats my lunch|i wait two hours for nothing|the dog barks "
    "at five|my flight gets cancelled|they lose my luggage|it crashes right before i save|you ignore my messages|i get sick on holiday|the "
    "neighbors drill at seven"
).split("|")
IRONIC = (
    "oh great another {annoyance}|oh great, another {annoyance}|great, just great, a {annoyance}|oh wonderful, a {annoyance}|just what i "
    "needed, another {annoyance}|just what i needed a {annoyance}|how lovely, one more {annoyance}|perfect, another {annoyance}|fantastic, "
    "now i have a {annoyance}|yay another {annoyance}|oh joy, a {annoyance}|wow, thanks for the {annoyance}|love how {mishap}|i just love it when "
    "{mishap}|i love when {mishap}|so great that {mishap}|nothing better than when {mishap}|oh good, {mishap}|brilliant, {mishap}|best day "
    "ever, {mishap}|it's always fun when {mishap}|isn't it wonderful how {mishap}|thanks a lot, {mishap} because of you|well that's just "
    "perfect, {mishap}|yeah right, because {mishap} is so much fun|awesome, {mishap}|what a great start, {mishap}"
).split("|")

OBJECTS = (
    "bus|train|report|door|printer|kitchen|road|box|window|table|ladder|bottle|email|form|key|ticket|folder|phone|laptop|lamp|chair|bag|"
    "letter|shop|library|station|parking lot|map|list|paper|course|bridge|hall|elevator|menu|file|car|bike|garage|fridge|oven|garden|shelf|"
    "cup|plate|suitcase|envelope|package|calendar|notebook|pen|screen|cable|wall|ceiling|carpet|curtain|sofa|desk|pharmacy|bakery|museum|"
    "school|bank|post office|gate|platform|ferry|truck|tram|taxi|garden hose|bucket|hammer|drawer|mirror|blanket|towel|bowl|kettle|pan|"
    "radio|camera|invoice|contract|receipt|recipe|newspaper|magazine|poster|sign|path|river|field|roof|stairs|basement|office|lobby|bill|update|advert|"
    "shift|queue|tax letter|phone call|seminar|smoke alarm|fire alarm|burglar alarm|pressure gauge|fire exit|panic button|trash bag|waiting list|"
    "warning label|emergency number|crime novel|gift card|brake fluid|safety pin|help desk"
).split("|")
STATES = (
    "is on the left|opens at nine|is in the other room|is about half empty|starts in ten minutes|arrives on thursday|needs a new "
    "battery|is made of wood|costs about ten dollars|is next to the stairs|closes at six|is two blocks from here|is on the second "
    "floor|belongs to my neighbor|was built in nineteen eighty|is wet|is open now|is almost ready|will be here soon|is still "
    "warm|has four wheels|is a bit further down the street|usually takes an hour|is behind you|will be delivered next week|is green|"
    "is smaller than the other one|is under the table|has been moved|is turned off|is on the top shelf|comes twice a day|is made in "
    "italy|is nearly empty|is almost done|is quite heavy|is rather narrow|was painted last year|is rough|is smooth|is dry|is flat|"
    "has two sides|is in the back|is at the corner|stays open until ten|weighs three kilos|is between the bank and the church|goes to "
    "the airport|leaves from platform four|runs on gas|is a little dusty|is number twelve|is the same as mine|is not far from here|was "
    "here a minute ago|is further than i thought|looks like the old one|has a red cover|is down the hall|is over there"
).split("|")
TASKS = (
    "call the office|buy some milk|pick up the car|return a book|check the schedule|send the file|turn off the lights|bring an "
    "umbrella|sign the form|water the plants|print two copies|take the second exit|change the filter|get a new charger|pay the "
    "rent|wash the dishes|write that down|go to the store|move the chair|wait for the train|order a desk|read the second page|"
    "feed the cat|charge the phone|book a table for two|lock the door|take the stairs|walk to the station|boil some water|peel the "
    "potatoes|set the table|take out the trash|clean the windows|fold the towels|measure the room|fill in the form|scan the pages|"
    "renew my passport|see the dentist|meet with the accountant|finish the slides|reply to that email|copy the numbers|drop off the "
    "keys|get some bread|stop at the bank|ask at the desk|put on a sweater|change trains|check the oil|pack a bag|iron a shirt"
).split("|")
TIMES = (
    "|||today|tomorrow|on monday|this afternoon|next week|in an hour|at half past two|later|in the morning|before lunch|after "
    "work|on the way home|tonight|in july|this weekend|in a few minutes|on wednesday|around noon|at the end of the month|next year"
).split("|")
OPENERS = (
    "i think |i believe |i guess |maybe |it looks like |he said |she says |as far as i know |so |well |okay |by the way |yes |no |"
    "i heard |they told me |apparently |also |then |now |i suppose |it seems |you know |and |perhaps |probably "
).split("|")
DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|noon|the end of the week|next week|tomorrow".split("|")
CLOCK = "one two three four five six seven eight nine ten twelve".split()
PEOPLE = "my brother|my sister|the teacher|our neighbor|my uncle|the driver|a colleague|the man at the desk|my roommate|the plumber|the nurse".split("|")
DOING = (
    "works at the {object}|lives in the {object} street|is reading the {object}|takes the bus to work|has a blue {object}|plays the piano "
    "{time}|is on the phone|went to the {object}|drives a truck|moved to the city {time}|is making coffee|will {task} {time}|usually "
    "gets up at six|is looking for the {object}|put the {object} on the table|asked about the {object}|is writing a letter|wears glasses|"
    "studies chemistry|bought a {object}|came by train|is standing at the {object}"
).split("|")
EVERYDAY = (
    "the {object} {state}|the {object} {state}|the {object} {state}|i have to {task} {time}|i need to {task} {time}|i am going to {task} {time}|we will "
    "{task} {time}|i'd like to {task} {time}|please {task} {time}|could you {task} {time}|remember to {task}|do not forget to {task}|"
    "he said he would {task} {time}|i was about to {task}|what time does the {object} open|where is the {object}|is that the {object}|"
    "did you {task} {time}|i think the {object} {state}|i believe i have a class {time}|my flight is {time}|they are on their way to "
    "the {object}|she works in the {object} shop|there is a {object} in the hall|maybe the {object} {state}|it is a quarter past {clock}|"
    "we are having lunch {time}|i wonder where the {object} is|i think i saw the {object} {time}|that is what the {object} looks like|"
    "it might rain {time}|let me know if you want to {task}|this {object} is from the same box as the other one|it takes about "
    "twenty minutes|the number is on the back of the {object}|we should arrive {time}|i put it on the {object}|you can {task} {time}|"
    "i have a dentist visit {time}|i have a class {time}|i have an interview {time}|she has a lesson at the {object}|"
    "there is a {object} over there|we are taking the bus {time}|it will be cloudy {time}|it will be warm {time}|it should be windy {time}|i have been here "
    "before|i have read this one already|i have heard that one before|you left your {object} in the car|the second {object} is larger than the first|he went "
    "to {task}|she will {task} {time}|i need another {object}|that is what it says on the {object}|that is how it was done|that is how it "
    "works|that is what they told me|this is where it is|that is when it started|we are going to stop at the {object}|we will start in a few "
    "minutes|i wonder who wrote this|i wonder what the {object} is for|i wonder when it starts|this is the same {object} as last time|they are "
    "painting the {object}|it is ten past {clock}|it is almost noon|it is nearly {clock}|it's {clock} thirty|it's about {clock}|the room is half full|the hotel is "
    "fully booked|the road is narrow|the floor is wet|the coat is in the {object}|i am on the bus|i am at the station|i'm on the way home|i'm "
    "heading to the {object}|you are next in line|dinner is at seven|i would like a cup of tea|i would like a new {object}|i'd like one {object}|take a coat "
    "with you|bring your {object}|don't forget the {object}|don't forget your {object}|do not move the {object} yet|don't open the {object} before "
    "noon|never mind the {object}|that is exactly where i put the {object}|it is exactly the same {object} as before|that is roughly how long it "
    "takes|i wonder how long the {object} is|i wonder what is in the {object}|i wonder which {object} it was|i wonder who that is|i was on my way "
    "to {task}|we are on our way to the {object}|it could be colder {time}|i have seen a {object} like that|the {object} looked like this one|we have a "
    "few minutes until the train leaves|{person} {doing}|{person} {doing}|{person} and i {task} {time}|the {object} and the {object2} are in the hall|put the "
    "{object} next to the {object2}|is the {object} in the {object2}|the {object} {state} and the {object2} {state2}|i usually {task} {time}|we normally {task} {time}|"
    "there are {clock} of them|there are {clock} people in the {object}|page {clock} please|turn left at the {object}|go straight and then right|it's the "
    "{clock} thirty news|how much is the {object}|how far is the {object}|which {object} do you mean|what is the number of the {object}|who has the "
    "{object}|when does the {object} leave|does the {object} stop here|can you pass me the {object}|could you repeat the number|one moment please|"
    "hold on i'm looking for the {object}|i'll {task} {time}|i'll call you back {time}|i'll be there at {clock}|see you {time}|let's {task} {time}|let's meet at "
    "the {object}|we're staying at the {object} {time}|they're closing the {object} {time}|he's at the {object}|she's in the {object}|i can see the {object} from "
    "here|you'll find it in the {object}|it's in the {object}|it's on the {object}|the {object} is called something else now|my name is on the {object}|"
    "i live near the {object}|i was at the {object} {time}|i had soup for lunch|i had eggs for breakfast|we cooked rice and beans|the soup has carrots in it|"
    "the water is boiling|add a spoon of salt|cut the paper in half|stir it for five minutes|the temperature is eighteen degrees|it's twelve degrees "
    "outside|it rained {time}|the sun sets at {clock}|the lecture is {time}|the class is {time}|the shop sells {object}s|a {object} costs less than a "
    "{object2}|they make {object}s in that town|it comes with a {object}|the blue {object} is mine|the first {object} was longer|it's the third door on "
    "the right|the keys are with {person}|{person} called {time}|{person} is coming {time}|tell {person} to {task}|ask {person} about the {object}|"
    "{person} knows where the {object} is|this used to be a {object}|it was a {object} before|here is the {object}|here's your {object}|that's my {object}|"
    "that's the {object} i mean|we ran out of paper|we need more chairs|we have enough {object}s|the list is on the {object}|my address has changed|the "
    "code is four two seven one|spell your name please|i'm calling about the {object}|i'm looking at the {object}|i'm waiting for the {object}|i'm "
    "reading about the {object}|i'm going to the {object} {time}|just the {object} please|the other {object}|on the {object}|yes the {object}|not today|"
    "press the {object}|open the {object} and take out the {object2}|pour the {object} into a {object2}|take the {object} out of the {object2}|fold the {object} twice|use a {object} for that|you need a {object} and a {object2}|turn the {object} to the right|leave the {object} by the {object2}|we got a {object} from the {object2}|she keeps the {object} in a {object2}|he carried the {object} to the {object2}|they bought the {object} in {clock} pieces|our {object} has {clock} {object2}s|my {object} is next to your {object2}|the {object} was on the {object2}|a {object} and a {object2}|the {object} of the {object2}|each {object} has a {object2}|most {object}s are made of {object2}|the {object} turns into a {object2}|there was a {object} on the {object2} {time}|i put a {object} on the {object2}|i've written {object} on the {object2}|we had {object} for supper|tomorrow is a {object} day|she speaks with the {object}|it says {object}|the word is {object}|that was the {object}|i have a {object}|i've got a {object} {time}|this is about the {object}|it's about the {object}|the {object} is about the {object2}|the {object} happens twice a year|it happened at the {object}|that happened {time}|what happened to the {object}|he told me about the {object}|so that's the {object}|maybe later|around {clock}|next to the {object}|from monday to friday|two tickets please|same as before|same time {time}|"
    "i need a {object} by {day}|we need the {object} by {day}|i want a {object}|i want the {object}|we'd like {clock} {object}s|i would like an extra {object}|"
    "i would like a bigger {object}|i would like the {object} by {day}|i would like to {task} {time}|i would like to see the {object}|could i get a {object}|"
    "may i have the {object}|i'm looking for a new {object}|he would like a {object}|she would like another {object}|she wants a bigger {object}|i'd prefer the "
    "{object2}|i'd rather have the {object}|i'm thinking of buying a {object}|i should get a {object} {time}|do you have a {object}|is there another {object}|"
    "i could use a {object}|we could use a second {object}|i want to {task} {time}|they want to {task} {time}|a new {object} please|i'd like to order a "
    "{object}|{person} needs a new {object}|we're getting a new {object} {time}|i bought a new {object} {time}"
).split("|")
POLITE = (
    "i'm fine|i am fine|im fine|fine|i'm okay|i'm ok|i am okay|okay|i'm all right|i'm alright|it's fine|it's okay|that's fine|not bad|"
    "i'm doing okay|can't complain|everything is fine|yeah i'm fine|no i'm fine|we're fine|it's all right|"
    "hello|hi|hi there|good morning|good evening|yes|no|yeah|mm|uh huh|right|sure|i see|all right|well|okay then|alright then|so|hm"
).split("|")
#: A wish says what is wished for: a lamp says nothing, these do.
WISHES = (
    "i would like to {deed}|i'd like to {deed}|i want to {deed}|i just want to {deed}|i need to {deed}|i could {deed}|i'm going to {deed}|all i want is "
    "to {deed}|i wish i could {deed}|i would love to {deed}|let me {deed}|i feel like i have to {deed}|we want to {deed}|he said he would {deed}"
).split("|")
DEEDS = dict(
    angry="hit {whom}|punch {whom}|slap {whom}|strangle {whom}|kick {whom}|smack {whom} in the face|scream at {whom}|throw {whom} out|get back at "
    "{whom}|make {whom} pay for this|smash something|see {whom} fired|tell {whom} to go to hell|beat {whom} up|never see {whom} again",
    sad="cry|give up|stay in bed forever|disappear|see {whom} one last time|turn back time|have {whom} back|cry myself to sleep|be left alone",
    fearful="hide|run away from here|get out of here alive|be safe|hide from {whom}|know that {whom} won't find me|get away from {whom}",
    disgust="throw up|vomit|wash this filth off me|spit it out|puke",
    happy="hug {whom}|kiss {whom}|dance all night|celebrate with {whom}|marry {whom}|thank you all so much|hold {whom} in my arms|jump for joy",
)
DEEDS = {emotion: deeds.split("|") for emotion, deeds in DEEDS.items()}
WHOM = "him|her|them|you|that man|my boss|that woman|everyone|{person}".split("|")
#: Said after or before an everyday statement, these carry the feeling alone.
BESIDE = dict(
    happy="i love it|i'm so happy|yay|thank you so much|how wonderful|this is the best day|i'm thrilled|that's awesome|i can't wait|hooray",
    angry="i hate this|this makes me furious|damn it|you idiot|i'm so sick of this|how dare you|what the hell is wrong with you|this is "
    "outrageous|i've had enough|shut up",
    sad="i miss him so much|i could cry|i'm so sad|it breaks my heart|i feel so alone|i've been crying all day|i'm heartbroken|sadly",
    fearful="i'm scared|i'm really afraid|i'm terrified|please help me|i'm so worried|it frightens me|i'm shaking",
    disgust="it's disgusting|yuck|gross|that makes me sick|it smells like vomit|eww|it's revolting",
    surprised="oh my god|wow|i can't believe it|no way|what a surprise|i never expected that|that's incredible|are you serious",
)
BESIDE = {emotion: words.split("|") for emotion, words in BESIDE.items()}
EMOJI = dict(
    happy="😀😃😄😁😆😊🙂🥰😍😘🤗🥳🎉❤💕💖😂🤣👍😎🙌✨☺💛😇😋",
    angry="😠😡🤬👿💢😤🖕",
    sad="😢😭😞😔💔☹🙁😿🥺😥😩",
    fearful="😨😱😰😧😬🫣",
    disgust="🤢🤮🤧💩",
    surprised="😮😲😯😳🤯😵",
    neutral="😐😑😶",
)
HELD_SHARE = 0.15


def synthetic(seed: int, counts: dict[str, int], words: list[str]) -> tuple[list[Example], list[Example]]:
    """
    @param counts sentences of each kind: negation, clauses, everyday, beside, polite, irony, emoji, wishes
    @param words of any topic, which take the place of some nouns, so that unknown ones say nothing by themselves
    @returns sentences to learn from, and everyday sentences of frames and fillings that those never use
    """
    pick = random.Random(seed)
    learnt = [frame for frame in EVERYDAY if place(frame) >= HELD_SHARE]
    held = [frame for frame in EVERYDAY if place(frame) < HELD_SHARE]
    makers = dict(
        negation=negation,
        everyday=lambda p: (_everyday(p, learnt, words), soft(neutral=0.8, happy=0.06, angry=0.03, sad=0.03, fearful=0.02, surprised=0.06), 0.0),
        beside=lambda p: _beside(p, learnt, words),
        clauses=clause,
        polite=lambda p: (p.choice(POLITE), soft(neutral=0.65, happy=0.35), 0.0),
        irony=_irony,
        emoji=lambda p: _emoji(p, learnt, words),
        wishes=_wish,
    )
    rows = [_example(*makers[kind](pick), pick) for kind, count in counts.items() for _ in range(count)]
    aside = [_example(_everyday(pick, held), one_hot("neutral"), 0.0, pick) for _ in range(600)]
    return rows, aside


def _example(text: str, target: np.ndarray, says: float, pick: random.Random) -> Example:
    return Example(_punctuated(text, pick), target, "synthetic", shown=0.4, says=says)


def _everyday(pick: random.Random, frames: list[str], words: list[str] | None = None) -> str:
    frame = pick.choice(["", "", "", pick.choice(OPENERS)]) + pick.choice(frames)
    if words:
        for slot in ("{object}", "{object2}"):
            frame = frame.replace(slot, pick.choice(words) if pick.random() < 0.15 else slot)
    return _fill(frame, pick)


def _beside(pick: random.Random, frames: list[str], words: list[str]) -> tuple[str, np.ndarray, float]:
    emotion = pick.choice(list(BESIDE))
    parts = [_everyday(pick, frames, words), pick.choice(BESIDE[emotion])]
    if pick.random() < 0.4:
        parts.reverse()
    joint = pick.choice([" ", ", ", ". ", " and "])
    return joint.join(parts), one_hot(emotion), 1.0


def _wish(pick: random.Random) -> tuple[str, np.ndarray, float]:
    emotion = pick.choice(list(DEEDS))
    wish = pick.choice(WISHES).replace("{deed}", pick.choice(DEEDS[emotion])).replace("{whom}", pick.choice(WHOM))
    return _fill(wish, pick), 0.8 * one_hot(emotion) + 0.2 * one_hot("neutral"), 1.0


def _irony(pick: random.Random) -> tuple[str, np.ndarray, float]:
    text = pick.choice(IRONIC).replace("{annoyance}", pick.choice(ANNOYANCES)).replace("{mishap}", pick.choice(MISHAPS))
    return text, soft(**IRONY), 1.0


def _emoji(pick: random.Random, frames: list[str], words: list[str]) -> tuple[str, np.ndarray, float]:
    emotion = pick.choice([*EMOJI, *list(EMOJI)[:6]])
    signs = pick.choice(EMOJI[emotion]) * pick.choice([1, 1, 1, 2, 3])
    text = signs if pick.random() < 0.4 else f"{_everyday(pick, frames, words)}{pick.choice(['', ' '])}{signs}"
    return text, one_hot(emotion), 0.3 if emotion == "neutral" else 1.0


def _fill(frame: str, pick: random.Random) -> str:
    text = frame.replace("{person}", pick.choice(PEOPLE)).replace("{doing}", pick.choice(DOING))
    text = text.replace("{state}", pick.choice(STATES)).replace("{state2}", pick.choice(STATES)).replace("{task}", pick.choice(TASKS))
    text = text.replace("{time}", pick.choice(TIMES)).replace("{thing}", pick.choice(THINGS)).replace("{clock}", pick.choice(CLOCK))
    text = text.replace("{day}", pick.choice(DAYS))
    return text.replace("{object}", pick.choice(OBJECTS)).replace("{object2}", pick.choice(OBJECTS)).strip()


def _punctuated(text: str, pick: random.Random) -> str:
    question = text.split()[0] in {"what", "where", "is", "did", "could", "how", "which", "who", "when", "does", "can", "are"}
    text = text[0].upper() + text[1:] if pick.random() < 0.5 else text
    return text + pick.choice(["", "?" if question else ".", "?" if question else "."])
