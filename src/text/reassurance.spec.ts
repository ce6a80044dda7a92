import { isReassurance } from './reassurance.js';

describe('isReassurance', () => {
  it.each([
    ["I'm fine.", true],
    ['i am fine', true],
    ['I’m fine, really.', true],
    ["Yeah, I'm okay. Thanks.", true],
    ['No, no problem.', true],
    ["It's nothing.", true],
    ["Everything's all right, don't worry about me.", true],
    ['Fine.', true],
    ['我没事。', true],
    ['嗯，我没事，别担心。', true],
    ["I'm not fine.", false],
    ["I'm fine with the blue one.", false],
    ['The weather is fine.', false],
    ['Is everything okay?', false],
    ["I'm fine but my leg hurts.", false],
    ['I am sad.', false],
    ['Great job!', false],
    ['我很难过', false],
    ['', false],
    ['...', false],
    ["I'm fine. ".repeat(100), false],
  ])('[TX12] %j: %s', (text, reassures) => {
    expect(isReassurance(text)).toBe(reassures);
  });
});
