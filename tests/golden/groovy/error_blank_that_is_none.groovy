def x = 1  // expect error: unexpected char: 0xA0
