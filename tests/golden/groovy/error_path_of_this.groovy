println "$this.name"  // expect error: expecting a string literal end, found '.'
