@Field x = 1  // expect error: unable to resolve class Field
