import java.math.RoundingMode
println([10.toString(2), 255L.toString(16), 'x'.format('%03d', 7), 5.compare(1, 2)])  // expect: [2, 16, 007, -1]
println([Integer.decode('0x1F'), Integer.decode('-010'), Integer.decode('#f'), Integer.decode('+12'), Integer.decode('0'), Long.decode('0X7fffffffff')])  // expect: [31, -8, 15, 12, 0, 549755813887]
println([10.0.divide(4), 1.00.divide(2.0), 100.0.divide(0.25), 10G.divide(3G), 10G.divide(-3G)])  // expect: [2.5, 0.5, 4.0E+2, 3, -3]
println([10.0.divide(3, 2, RoundingMode.HALF_UP), 10.0.divide(3, BigDecimal.ROUND_DOWN), 10.0.divide(3, RoundingMode.UP), 25.0.divide(-2, 0, RoundingMode.HALF_EVEN)])  // expect: [3.33, 3.3, 3.4, -12]
println([10.5.remainder(3), -10.5.remainder(3), 10.5.remainder(0.4), 10G.remainder(3G)])  // expect: [1.5, -1.5, 0.1, 1]
println([2.5.negate(), 1.5.add(2), 3.5.subtract(1), 5.5.max(3.2), 5.5.min(3.2), 5.0.signum(), -7G.signum()])  // expect: [-2.5, 3.5, 2.5, 5.5, 3.2, 1, -1]
println([[1, 2].asList(), [1, 'a', null, [b: 1]].toListString(), [a: 1, b: 'x'].toMapString()])  // expect: [[1, 2], [1, a, null, [b:1]], [a:1, b:x]]
def pairs = 'a1b2c3' =~ /([a-z])(\d)/
println([pairs[0..1], pairs[0, 2], pairs[-1]])  // expect: [[[a1, a, 1], [b2, b, 2]], [[a1, a, 1], [c3, c, 3]], [c3, c, 3]]
def digits = 'a1b2c3' =~ /\d/
println([digits[1..0], digits[-1..0], digits[0..-1], digits[-1..-2], digits[0..<2], digits[1..<1], digits[[0, 1..2]]])  // expect: [[1, 2], [1, 2, 3], [1, 2, 3], [2, 3], [1], [], [1, 2, 3]]
println(['hé!'.bytes.encodeHex().toString(), '68c3A921'.decodeHex() as List])  // expect: [68c3a921, [104, -61, -87, 33]]
def caught = { call -> try { call() } catch (e) { e.class.simpleName } }
println([{ 10.0.divide(3) }, { 1.5.divide(0) }, { 1.5.remainder(0) }, { 2.345.round(2) }, { 5.signum() }, { 5G.signum(1) }].collect(caught))  // expect: [ArithmeticException, ArithmeticException, ArithmeticException, MissingMethodException, MissingMethodException, MissingMethodException]
println([{ Integer.decode('x') }, { Integer.decode('') }, { Integer.decode('99999999999') }, { Integer.parseInt(null) }, { 'xyz'.decodeHex() }, { 'xy'.decodeHex() }].collect(caught).unique())  // expect: [NumberFormatException]
println([{ 'abc'.contains(null) }, { 'abc'.padLeft(null) }, { "${1}x".contains(null) }, { 'abc'.replace('a', null) }].collect(caught).unique())  // expect: [NullPointerException]
println([{ pairs[0..5] }, { new groovy.json.JsonSlurper().parseText(null) }].collect(caught))  // expect: [IndexOutOfBoundsException, IllegalArgumentException]
println Boolean.parseBoolean(null)  // expect: false
println([Math.max(1.5, 2.5), Math.min(1.0, 0.5d), Math.abs(-1.5), Math.max(1, 2L)].collect { "$it ${it.class.simpleName}" })  // expect: [2.5 Double, 0.5 Double, 1.5 Double, 2 Long]
println([{ Math.max(1.5, 2) }, { Math.min(2L, 1.5) }, { Integer.valueOf(null) }, { groovy.json.JsonOutput.toJson([(null): 3]) }].collect(caught))  // expect: [GroovyRuntimeException, GroovyRuntimeException, NumberFormatException, IllegalArgumentException]
println(['abc'.hasProperty('bytes'), 'abc'.hasProperty('foo'), new Date(0).hasProperty('hours'), 5.hasProperty('hours')].collect { it as boolean })  // expect: [true, false, true, false]
println(['abcb'.lastIndexOf('b'), 'abcb'.lastIndexOf('b', 2), 'abcb'.lastIndexOf('b', 0), 'abcb'.lastIndexOf('b', 9), 'abcb'.lastIndexOf('b', -1), 'üb'.lastIndexOf('b', 1), 'abc'.lastIndexOf('', 9)])  // expect: [3, 1, -1, 3, -1, 1, 3]
println([[a: 1, b: 2], [a: 1, b: 3], [a: 1, b: 2]].unique { [it.a, it.b] })  // expect: [[a:1, b:2], [a:1, b:3]]
println([[[1, 2], 3, 'a', [1, 2], 3L].unique { it }, [[1], [1]].toUnique { it }, [3, 1, 4].unique { x, y -> x % 2 <=> y % 2 }])  // expect: [[[1, 2], 3, a], [[1]], [3, 4]]
