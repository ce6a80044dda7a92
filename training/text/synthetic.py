"""
Sentences written by rule, for what the corpora lack: negated feelings, plain everyday statements, polite nothings, irony by
contrast, emoji.

Everyday statements say nothing: that is a label of its own (`says` 0). The same statements with a word of feeling beside
them say it in full, so that it is not the everyday topic that silences. CREMA-D's twelve sentences and their nouns are
deliberately absent: they are the check that this generalises. `probes/` shares no frame with this file.
"""

import random

import numpy as np

from corpora import IRONY, Example, one_hot, place, soft

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
    "this|that|it|the way this went|what you did|the result|the food here|this place|how things are|the new plan|your "
    "answer|my job|the film|the decision|him|her|them|the weather|our team|school|my new boss|the whole idea|the party|these "
    "songs|my birthday|the game|your present|the book|the trip|our house|the idea|working here|the concert"
).split("|")
BEING = (
    "i am|i'm|im|i am|i'm|i feel|she is|he's|they are|they're|we are|we're|i was|this is|that is|it is|it's|that was|you are|my "
    "day was|the evening was|your sister is|the food is|it was"
).split("|")
NOT = (
    "not|not|not|not at all|never|not really|no longer|hardly|not even|not exactly|not very|not that|not so|not particularly|"
    "anything but|far from|barely|not too|definitely not|not one bit"
).split("|")
DO_NOT = (
    "i do not|i don't|i dont|i really don't|she does not|he doesn't|we don't|they did not|i didn't|i did not|i never|i can't "
    "say i|nobody will|no one could|i won't|we never|i no longer|you don't|i couldn't|nobody seems to|i don't even|i can not|hardly "
    "anyone would|i wouldn't"
).split("|")
NEGATED_FRAMES = (
    "nothing about {thing} is {word}|none of {thing} was {word}|there is nothing {word} about {thing}|nobody is {word} here|"
    "no one was {word} about {thing}|that isn't {word} at all|this wasn't {word}|it isn't {word}|you aren't {word}|"
    "i don't feel {word}|i do not feel {word} about {thing}|i don't think {thing} is {word}|how is {thing} {word}|{thing} was not a "
    "{word} one|i can't call that {word}|i wouldn't say i'm {word}|i wouldn't call it {word}|there wasn't anything {word} about it|"
    "it doesn't make me {word}|{thing} didn't make anyone {word}|not a {word} day|not a {word} time|it was never {word}|i wasn't "
    "{word} about {thing}|we weren't {word} with {thing}|they haven't been {word} to us|she hasn't been {word} lately|i haven't "
    "felt {word} in weeks|it would be wrong to say i'm {word}|nothing {word} ever happens|i used to be {word} but not any more|"
    "don't tell me that's {word}|it's hard to feel {word} about {thing}|i have no reason to be {word}|that did not sound {word}|"
    "this place is no longer {word}|i wish i could say i was {word}|there's no way this is {word}"
).split("|")
NEGATED_DEEDS = (
    "i can't enjoy {thing}|i had no fun|we didn't have a good time|it brings me no joy|{thing} gives me no pleasure|i get no joy out of "
    "{thing}|there is no joy in {thing}|i have lost all hope|i see no hope|nobody was laughing|i didn't laugh once|this is no fun|it is "
    "no fun any more|i take no pride in {thing}|i don't have anything to smile about|it doesn't feel like a win|he never says thank "
    "you|they never say anything nice|i couldn't care less about {thing}|{thing} doesn't interest me|it failed to impress me|without "
    "any joy|i am not a fan of {thing}|not my idea of fun|i'm not in the mood for {thing}|this does not work for me|i can't be proud of {thing}"
).split("|")
#: A negation that praises.
PRAISE_BY_NO = (
    "i couldn't be {word}r|nothing beats {thing}|i can't wait|i can't wait for {thing}|i can't stop smiling|never been better|i've never been "
    "so {word}|it doesn't get better than this|i can't believe how {word} {thing} is|not only {word} but {word2} too|no complaints, {thing} "
    "was {word}|i couldn't have asked for more|couldn't be more {word}|i have never had such a {word} time|there's nothing i love more than "
    "{thing}|you never fail to make me smile|not bad at all, really {word}|no doubt {thing} is {word}|wouldn't change a thing, {word}"
).split("|")
PLAIN_FRAMES = (
    "{being} {very}{word}{tail}|i {really}{like} {thing}|what a {word} day|what a {word} surprise|that sounds {word}|this makes me so {word}|you did "
    "a {word} job|we had a {word} time|i had such a {word} evening|it turned out {word}|{thing} is {very}{word}|{thing} was {very}{word}|"
    "everything about {thing} is {word}|thank you, that was {word}|you look {word} today|i feel {very}{word} today|how {word} is that|"
    "everyone was {word}|such a {word} idea|my new one is {word}|it's been a {word} week|i think {thing} is {word}|that was a {word} meal|"
    "she has been so {word} to us|i'm still {word} about {thing}|we are having a {word} time"
).split("|")
#: Sentences in two forms, plain and negated; the first has the feeling, the second has not.
PAIRS = (
    ("i had {a} {word} {when}", "i did not have {a} {word} {when}"),
    ("we had {a} {word} {when}", "we didn't have {a} {word} {when}"),
    ("she is having {a} {word} {when}", "she isn't having {a} {word} {when}"),
    ("i am having {a} {word} {when}", "i am not having {a} {word} {when}"),
    ("they were having {a} {word} {when}", "they were not having {a} {word} {when}"),
    ("that is {a} {word} {when}", "that isn't {a} {word} {when}"),
    ("it was {a} {word} {when}", "it was never {a} {word} {when}"),
    ("{thing} turned out to be {a} {word}", "{thing} didn't turn out to be {a} {word}"),
    ("you make me {adjective}", "you don't make me {adjective}"),
    ("{thing} makes us {adjective}", "{thing} does not make us {adjective}"),
    ("{thing} made everyone {adjective}", "{thing} never made anyone {adjective}"),
    ("i can be {adjective} about {thing}", "i can't be {adjective} about {thing}"),
    ("i find {thing} {adjective}", "i don't find {thing} {adjective}"),
    ("everybody found it {adjective}", "nobody found it {adjective}"),
    ("everyone is {adjective} about {thing}", "no one is {adjective} about {thing}"),
    ("all of us felt {adjective}", "none of us felt {adjective}"),
    ("everything about {thing} is {adjective}", "nothing about {thing} is {adjective}"),
    ("there is so much {adjective} about it", "there's nothing {adjective} about it"),
    ("i'd call it {adjective}", "i wouldn't call it {adjective}"),
    ("{thing} looks {adjective} to me", "{thing} doesn't look {adjective} to me"),
    ("it sounds {adjective}", "it doesn't sound {adjective}"),
    ("it felt {adjective} {when}", "it didn't feel {adjective} {when}"),
    ("{thing} is as {adjective} as i hoped", "{thing} isn't as {adjective} as i hoped"),
    ("i am {adjective}", "i am not {adjective}"),
    ("i'm {adjective} {when}", "i'm not {adjective} {when}"),
    ("he was {adjective} to us", "he wasn't {adjective} to us"),
    ("they have been {adjective} {when}", "they have not been {adjective} {when}"),
    ("i must say i'm {adjective}", "i can't say i'm {adjective}"),
    ("i often feel {adjective}", "i hardly ever feel {adjective}"),
    ("i always feel {adjective} {when}", "i never feel {adjective} {when}"),
    ("i always {verb} {thing}", "i never {verb} {thing}"),
    ("i {verb} {thing}", "i don't {verb} {thing}"),
    ("everybody {verb}s {thing}", "nobody {verb}s {thing}"),
    ("we {verb} it here", "we don't {verb} it here"),
    ("i will {verb} {thing}", "i won't {verb} {thing}"),
    ("i would {verb} {thing}", "i would never {verb} {thing}"),
    ("i still {verb} {thing}", "i no longer {verb} {thing}"),
    ("i'm in love {when}", "i'm not in love {when}"),
    ("i laughed a lot {when}", "i didn't laugh at all {when}"),
    ("you make me smile", "you never make me smile"),
)
PLEASANT_NOUNS = (
    "good time|great time|nice day|good day|lovely evening|wonderful trip|fun|great fun|good experience|nice place|great holiday|"
    "pleasant stay|happy childhood|good start|good idea|wonderful film|nice surprise|great meal|fun party|good laugh|lovely view"
).split("|")
PLEASANT_VERBS = "love like enjoy appreciate recommend admire trust adore".split()
WHEN = "|||today|at the party|with him|at all|last night|this week|at work|in years|right now|these days|with you|on holiday".split("|")
TAILS = " with {thing}| about {thing}||| today| anymore| right now| to be here| at all| these days| any more".split("|")
PLAIN_TAILS = " with {thing}| about {thing}||| today| right now| to be here| for you| these days".split("|")
VERY = ["", "", "so ", "very ", "really ", "pretty ", "truly ", "absolutely "]

NEGATED_PLEASED = soft(neutral=0.22, sad=0.37, angry=0.3, disgust=0.11)
NEGATED_TROUBLED = soft(neutral=0.7, happy=0.3)

ANNOYANCES = (
    "monday|monday morning|meeting|bill|traffic jam|power cut|flat tire|delay|form to fill in|parking ticket|rainy weekend|update that "
    "breaks everything|night without sleep|tax letter|cold|queue|phone call from the bank|deadline|headache|mess to clean up|broken "
    "elevator|exam|email from my boss|late train|unpaid shift|advert|password to change"
).split("|")
MISHAPS = (
    "my phone dies|it rains on my day off|the train is late again|nobody answers|people talk in the cinema|my boss calls at night|the "
    "internet goes down|i have to work all weekend|the printer jams|someone eats my lunch|i wait two hours for nothing|the alarm rings "
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
    "radio|camera|invoice|contract|receipt|recipe|newspaper|magazine|poster|sign|path|river|field|roof|stairs|basement|office|lobby"
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
    "press the {object}|open the {object} and take out the {object2}|pour the {object} into a {object2}|take the {object} out of the {object2}|fold the {object} twice|use a {object} for that|you need a {object} and a {object2}|turn the {object} to the right|leave the {object} by the {object2}|we got a {object} from the {object2}|she keeps the {object} in a {object2}|he carried the {object} to the {object2}|they bought the {object} in {clock} pieces|our {object} has {clock} {object2}s|my {object} is next to your {object2}|the {object} was on the {object2}|a {object} and a {object2}|the {object} of the {object2}|each {object} has a {object2}|most {object}s are made of {object2}|the {object} turns into a {object2}|there was a {object} on the {object2} {time}|i put a {object} on the {object2}|i've written {object} on the {object2}|we had {object} for supper|tomorrow is a {object} day|she speaks with the {object}|it says {object}|the word is {object}|that was the {object}|i have a {object}|i've got a {object} {time}|this is about the {object}|it's about the {object}|the {object} is about the {object2}|the {object} happens twice a year|it happened at the {object}|that happened {time}|what happened to the {object}|he told me about the {object}|so that's the {object}|maybe later|around {clock}|next to the {object}|from monday to friday|two tickets please|same as before|same time {time}"
).split("|")
POLITE = (
    "i'm fine|i am fine|im fine|fine|i'm okay|i'm ok|i am okay|okay|i'm all right|i'm alright|it's fine|it's okay|that's fine|not bad|"
    "i'm doing okay|can't complain|everything is fine|yeah i'm fine|no i'm fine|we're fine|it's all right|"
    "hello|hi|hi there|good morning|good evening|yes|no|yeah|mm|uh huh|right|sure|i see|all right|well|okay then|alright then|so|hm"
).split("|")
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
    @param counts sentences of each kind: negation, pairs, everyday, beside, polite, irony, emoji
    @param words of any topic, which take the place of some nouns, so that unknown ones say nothing by themselves
    @returns sentences to learn from, and everyday sentences of frames and fillings that those never use
    """
    pick = random.Random(seed)
    learnt = [frame for frame in EVERYDAY if place(frame) >= HELD_SHARE]
    held = [frame for frame in EVERYDAY if place(frame) < HELD_SHARE]
    makers = dict(
        negation=_negation,
        everyday=lambda p: (_everyday(p, learnt, words), soft(neutral=0.8, happy=0.06, angry=0.03, sad=0.03, fearful=0.02, surprised=0.06), 0.0),
        beside=lambda p: _beside(p, learnt, words),
        pairs=_pair,
        polite=lambda p: (p.choice(POLITE), soft(neutral=0.65, happy=0.35), 0.0),
        irony=_irony,
        emoji=lambda p: _emoji(p, learnt, words),
    )
    rows = [_example(*makers[kind](pick), pick) for kind, count in counts.items() for _ in range(count)]
    aside = [_example(_everyday(pick, held), one_hot("neutral"), 0.0, pick) for _ in range(600)]
    return rows, aside


def _example(text: str, target: np.ndarray, says: float, pick: random.Random) -> Example:
    return Example(_punctuated(text, pick), target, "synthetic", shown=0.4, says=says)


def _negation(pick: random.Random) -> tuple[str, np.ndarray, float]:
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
    return _fill(text, pick), target, 1.0


def _pair(pick: random.Random) -> tuple[str, np.ndarray, float]:
    plain, negated = pick.choice(PAIRS)
    denies = pick.random() < 0.5
    text = (negated if denies else plain).replace("{adjective}", pick.choice(PLEASED)).replace("{verb}", pick.choice(PLEASANT_VERBS))
    noun = pick.choice(PLEASANT_NOUNS)
    text = text.replace("{a} {word}", noun if noun.endswith("fun") else f"a {noun}").replace("{when}", pick.choice(WHEN))
    return _fill(text, pick).replace("  ", " "), NEGATED_PLEASED if denies else one_hot("happy"), 1.0


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
    return text.replace("{object}", pick.choice(OBJECTS)).replace("{object2}", pick.choice(OBJECTS)).strip()


def _punctuated(text: str, pick: random.Random) -> str:
    question = text.split()[0] in {"what", "where", "is", "did", "could", "how", "which", "who", "when", "does", "can", "are"}
    text = text[0].upper() + text[1:] if pick.random() < 0.5 else text
    return text + pick.choice(["", "?" if question else ".", "?" if question else "."])
