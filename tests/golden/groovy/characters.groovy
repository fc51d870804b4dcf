// Characters calculate with their codes and are equal to texts, but no keys of theirs.
def a = 'a'.charAt(0)
println "${a - a} ${a + 1} ${1 + a} ${a + a} ${a * 2} ${a / 2} ${5.0 - a} ${('7' as char) - ('0' as char)} ${a + 1L} ${a + 1.5}"
println 'b' + a + "x${1}" + a
int t = 0; for (c in 'abc'.toCharArray()) t += c
println t
println "${a == 'a'} ${'a' == a} ${a == 97} ${97 == a} ${a.equals('a')} ${a <=> 'b'} ${a < 'b'} ${a > 5} ${a in ['a']} ${['a'] == [a]} ${['a', 'b'] - a}"
def m = [:]; m[a] = 1; m['a'] = 2
println "${m} ${m[a]} ${[a: 1].containsKey(a)}"
switch (a) { case 'a': println 'as the text'; break; default: println 'no' }
println "${(int) a} ${'5'.charAt(0) as int} ${'5' as int} ${(int) '5'} ${'ß'.charAt(0) as int} ${a as long} ${(char) 97} ${97 as char} ${'ab' as char}"
println "${a.isDigit()} ${a.isLetter()} ${a.isLetterOrDigit()} ${a.isUpperCase()} ${a.isLowerCase()} ${a.isWhitespace()} ${a.toUpperCase()} ${'É'.charAt(0).isUpperCase()} ${Character.getNumericValue('7' as char)}"
def next = a; next++
println "${a.next()} ${a.previous()} ${next} ${--next}"
char c = 97; c += 1
println "${c} ${c.class.name} ${a.class.name} ${a instanceof String} ${a instanceof Character} ${a.toString().class.name} ${Character.toUpperCase(a).class.name}"
String s = a
println "${s.class.name} ${(0 as char) ? 1 : 2} ${('0' as char) ? 1 : 2} ${[a].inspect()} ${a.compareTo('b' as char)} ${a.hashCode()}"
def all = 'cab'.toCharArray()
println "${all} ${all.length} ${all.size()} ${all[1].class.simpleName} ${all.collect { it + 1 }} ${'cab'.chars.join('-')} ${('ab' as char[])[0] + 1}"
all[0] = 'e'
println "${all} ${all[0] - ('a' as char)}"
println 'x' + all + new String(all) + String.valueOf(all)
println "${'abc'.toList()[0].class.simpleName} ${'abc'.collect { it.class.simpleName }} ${'abc'.replace('b' as char, 'x' as char)} ${groovy.json.JsonOutput.toJson([a])}"
def letters = 'a'..'c'
println "${a in letters} ${letters.contains(a)} ${'z'.charAt(0) in letters} ${98 in letters} ${'bb' in letters} ${letters.indexOf(a)} ${letters.toList().contains(a)} ${letters == ['a', 'b', 'c']}"
switch (a) { case 'b'..'d': println 'no'; break; case 'a'..'c': println 'in the range' }
println "${'hello'.toCharArray().findAll { it in 'a'..'m' }.join()} ${(a..(a + 2 as char)).collect { it + 0 }} ${a <=> 'd'.charAt(0)} ${a.compareTo('d'.charAt(0))} ${'d' <=> a}"
println "${'hello'.indexOf(108)} ${'hello'.indexOf(108, 3)} ${'hello'.lastIndexOf(108)} ${'hello'.indexOf(a as int)} ${'hello'.codePointAt(1)}"
def of(Object o) { 'an object' }
def of(String text) { 'a text' }
println of(a)
for (code in [{ a + 'b' }, { a - 'a' }, { a % 2 }, { a ** 2 }, { a * 'b' }, { a << 1 }, { a & 1 }, { 'ab' * a }, { -a }, { a.length() }, { char d = 'ab' }])
  try { println code() } catch (e) { println e.class.simpleName }
// expect: 0 98 98 194 194 48.5 -92.0 7 98 98.5
// expect: bax1a
// expect: 294
// expect: true true true true false -1 true true false true [b]
// expect: [a:1, a:2] 1 false
// expect: as the text
// expect: 97 53 5 53 223 97 a a a
// expect: false true true false true false A true 7
// expect: b ` b a
// expect: b java.lang.Character java.lang.Character false true java.lang.String java.lang.Character
// expect: java.lang.String 2 1 [a] -1 97
// expect: cab 3 3 Character [100, 98, 99] c-a-b 98
// expect: eab 4
// expect: xeabeabeab
// expect: String [String, String, String] axc ["a"]
// expect: true true false true false -1 false true
// expect: in the range
// expect: hell [97, 98, 99] -1 -1 1
// expect: 2 3 3 -1 101
// expect: an object
// expect: MissingMethodException
// expect: MissingMethodException
// expect: MissingMethodException
// expect: MissingMethodException
// expect: MissingMethodException
// expect: MissingMethodException
// expect: MissingMethodException
// expect: MissingMethodException
// expect: MissingMethodException
// expect: MissingMethodException
// expect: GroovyCastException
