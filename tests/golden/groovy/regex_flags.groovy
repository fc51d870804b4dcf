import java.util.regex.Pattern
println Pattern.compile('A', Pattern.CASE_INSENSITIVE).matcher('xa').find()         // expect: true
println Pattern.compile('^b$', Pattern.MULTILINE).matcher('a\nb').find()            // expect: true
println Pattern.compile('^b$').matcher('a\nb').find()                               // expect: false
println([Pattern.compile('a.b', Pattern.DOTALL), Pattern.compile('a.b')]*.matcher('a\nb')*.matches())  // expect: [true, false]
println Pattern.compile("""
  a [b c]+   # the letters
  \\ \\d     # a blank and a digit
""", Pattern.COMMENTS).matcher('acb 1').matches()                                   // expect: true
println Pattern.compile('A.b', Pattern.CASE_INSENSITIVE | Pattern.DOTALL).matcher('a\nB').matches()    // expect: true
println Pattern.compile('A.b', Pattern.CASE_INSENSITIVE + Pattern.DOTALL).matcher('a\nB').matches()    // expect: true
println Pattern.compile('É', Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE).matcher('é').matches()   // expect: true
println 'xAy'.replaceAll(Pattern.compile('a', Pattern.CASE_INSENSITIVE), '-')       // expect: x-y
println 'A\nb\n1'.findAll(Pattern.compile('^[a-z]$', Pattern.MULTILINE | Pattern.CASE_INSENSITIVE))    // expect: [A, b]
println Pattern.compile('a', Pattern.CASE_INSENSITIVE)                              // expect: a
println([Pattern.CASE_INSENSITIVE, Pattern.COMMENTS, Pattern.MULTILINE, Pattern.DOTALL, Pattern.UNICODE_CASE])  // expect: [2, 4, 8, 32, 64]
println([Pattern.matches('a+', 'aa'), Pattern.matches('a+', 'aab')])                // expect: [true, false]
