using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using TalkyWalky.Engines.Ldap.Entries;

namespace TalkyWalky.Engines.Ldap.Tests;

public sealed class EscapingTests
{
    private static readonly Gen<string> Nasty = Gen.Elements("*", "(", ")", "\\", "\0", ",", "+", "\"", "<", ">", ";", "=", "#", " ", "a", "B", "é", "Ж", "😀", "2a", "&", "|").ListOf().Select(string.Concat);

    [Theory]
    [InlineData("*)(uid=*", "\\2a\\29\\28uid=\\2a")]
    [InlineData("a\\b", "a\\5cb")]
    [InlineData("nul\0", "nul\\00")]
    [InlineData("жанна 😀", "жанна 😀")]
    public void Filter_Escapes_AsRfc4515(string value, string escaped) => Assert.Equal(escaped, Filter.Escape(value));

    [Fact]
    public void Filter_EscapesEveryOctet() => Assert.Equal("(objectGUID=\\00\\ff\\2a)", Filter.Equal("objectGUID", [0, 255, 0x2a]));

    [Fact]
    public void Filter_OfAnything_IsOneAssertionOfThatValue() => Prop.ForAll(
        Nasty.ToArbitrary(),
        static value =>
        {
            var filter = Filter.Equal("uid", value);
            Assert.DoesNotContain(filter[5..^1], static c => c is '*' or '(' or ')' or '\0');
            Assert.Equal(value, Unescape(filter[5..^1]));
        }).QuickCheckThrowOnFailure();

    // RFC 4514 §4 and §2.4.
    [Theory]
    [InlineData("James \"Jim\" Smith, III", "James \\\"Jim\\\" Smith\\, III")]
    [InlineData("#hash", "\\#hash")]
    [InlineData("a#", "a#")]
    [InlineData(" both ", "\\ both\\ ")]
    [InlineData(" ", "\\ ")]
    [InlineData("a+b=c;<d>\\", "a\\+b\\=c\\;\\<d\\>\\\\")]
    [InlineData("nul\0", "nul\\00")]
    public void Dn_Escapes_AsRfc4514(string value, string escaped) => Assert.Equal(escaped, DistinguishedName.Escape(value));

    [Fact]
    public void Dn_OfAnything_StaysBelowItsBase() => Prop.ForAll(
        Nasty.ToArbitrary(),
        static value =>
        {
            var dn = $"uid={DistinguishedName.Escape(value)},ou=people,dc=example,dc=org";
            Assert.Equal(4, DistinguishedName.Normalise(dn).Split(',').Length - value.Count(static c => c == ','));
            Assert.True(DistinguishedName.IsWithin(dn, "OU=People, DC=example,DC=org"));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("CN=Ada L.,OU=People,DC=Example,DC=org", "cn=ada l., ou=people ,dc=example,dc=ORG")]
    [InlineData("cn=a\\2cb,dc=x", "CN=a\\,b,DC=x")]
    [InlineData("cn=\\d0\\b6,dc=x", "cn=ж,dc=x")]
    [InlineData("ou=b+cn=a,dc=x", "CN=a+OU=b,dc=x")]
    [InlineData("cn=a\\ ,dc=x", "cn=a\\20,dc=x")]
    public void Dn_WrittenInAnotherWay_IsTheSame(string one, string other) => Assert.Equal(DistinguishedName.Normalise(one), DistinguishedName.Normalise(other));

    [Theory]
    [InlineData("cn=a,dc=x", "cn=a,dc=y")]
    [InlineData("cn=a\\,dc=x", "cn=a,dc=x")]
    [InlineData("cn=a\\ ,dc=x", "cn=a,dc=x")]
    public void Dn_OfAnother_Differs(string one, string other) => Assert.NotEqual(DistinguishedName.Normalise(one), DistinguishedName.Normalise(other));

    [Theory]
    [InlineData("dc=evil\\,dc=example,dc=org", "dc=example,dc=org")]
    [InlineData("uid=a,dc=notexample,dc=org", "dc=example,dc=org")]
    public void Dn_OfAnotherPlace_IsNotWithin(string dn, string ancestor) => Assert.False(DistinguishedName.IsWithin(dn, ancestor));

    private static string Unescape(string text) =>
        Regex.Replace(text, @"\\(?<octet>[0-9a-f]{2})", static octet => ((char)Convert.ToByte(octet.Groups["octet"].Value, 16)).ToString(), RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)); // ASCII alone is escaped
}
