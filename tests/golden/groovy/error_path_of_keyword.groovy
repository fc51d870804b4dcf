println "$null"  // expect error: expecting an identifier, found 'null'
