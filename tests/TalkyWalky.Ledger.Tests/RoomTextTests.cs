using System.Globalization;
using System.Text;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

public sealed class RoomTextTests
{
    [Theory]
    [InlineData("T")]
    [InlineData("Tea & Coffee")]
    [InlineData("Équipe n°1 – Été")]
    [InlineData("漢字 😀 👩🏽 ❤️")]
    [InlineData("\U0001F1EB\U0001F1F7")]
    public void Problem_OrdinaryName_IsNone(string name) => Assert.Null(new RoomSettings(name, name, RoomAccess.Open).Problem);

    [Theory]
    [InlineData("")]
    [InlineData(" Tea")]
    [InlineData("Tea\u00A0")]
    [InlineData("Te\ta")]
    [InlineData("Te\u0085a")]
    [InlineData("Te\u200Ba")]
    [InlineData("Te\u202Ea")]
    [InlineData("Te\uFEFFa")]
    [InlineData("Te\uE000a")]
    [InlineData("\u3164")]
    [InlineData("Te\U000E0041a")]
    public void Problem_NameThatDeceives_IsASentence(string name) => Assert.NotNull(new RoomSettings(name, "", RoomAccess.Open).Problem);

    [Fact]
    public void Problem_HalfASurrogatePair_IsASentence()
    {
        foreach (var name in new[] { "Te\uD800", "\uDC00a", "\uD800\uD800\uDC00" }) Assert.NotNull(new RoomSettings(name, "", RoomAccess.Open).Problem);
    }

    [Fact]
    public void Problem_LengthAtTheBounds_CountsUtf16Units()
    {
        Assert.Null(new RoomSettings(new string('x', Limits.RoomName), new string('x', Limits.RoomTopic), RoomAccess.Open).Problem);
        Assert.NotNull(new RoomSettings(new string('x', Limits.RoomName + 1), "", RoomAccess.Open).Problem);
        Assert.NotNull(new RoomSettings("x", new string('x', Limits.RoomTopic + 1), RoomAccess.Open).Problem);
        Assert.NotNull(new RoomSettings(string.Concat(Enumerable.Repeat("😀", (Limits.RoomName / 2) + 1)), "", RoomAccess.Open).Problem);
    }

    /// <summary>The list is fixed for ever; this says that it leaves out nothing that the platform knows today.</summary>
    [Fact]
    public void Problem_EveryControlAndFormatCharacterOfTheUnicodeTables_IsRefused()
    {
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.IsValid(value)) continue;
            var refused = new RoomSettings($"a{new Rune(value)}b", "", RoomAccess.Open).Problem is not null;
            var hidden = Rune.GetUnicodeCategory(new Rune(value)) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;
            Assert.True(refused || !hidden, $"U+{value:X4} passes");
        }
    }
}
