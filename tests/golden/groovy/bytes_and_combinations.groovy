println 'user:päss'.bytes.encodeBase64().toString()  // expect: dXNlcjpww6Rzcw==
println new String('aGVsbG8='.decodeBase64())  // expect: hello
println new String('aGk='.decodeBase64(), 'UTF-8') + 'ab'.getBytes('UTF-8').length  // expect: hi2
println 'aé'.bytes  // expect: [97, -61, -87]
println([['x', 'y'], [1, 2]].combinations())  // expect: [[x, 1], [y, 1], [x, 2], [y, 2]]
println([os: ['a', 'b'], v: 1..2].values().combinations { def (o, v) = it; "$o$v" })  // expect: [a1, b1, a2, b2]
println([[1, 2], []].combinations())  // expect: []
println([].combinations())  // expect: []
println('a b'.split(' ') instanceof String[])  // expect: true
println(['a'] instanceof Object[])  // expect: false
println('a' instanceof Object[])  // expect: false
println 'a'.next() + 'z'.previous() + 'hello'.tr('a-y', 'b-z')  // expect: byifmmp
println Arrays.asList(1, 2)  // expect: [1, 2]
println new StringBuilder('ab').insert(0, 'x').reverse()  // expect: bax
println new Date(0).format('YYYYMMdd') + ' ' + new Date(1000L * 86400 * 363).format('YYYY yyyy')  // expect: 19700101 1971 1970
println((new Date(0) + 3) - new Date(0))  // expect: 3
