using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

public sealed class LogEntryTests
{
    private static readonly IReadOnlyList<LogEntry> Samples = TestLog.Samples();

    [Fact]
    public void TryRead_EachKind_IsWhatWasEncoded()
    {
        foreach (var entry in Samples)
        {
            var leaf = entry.Encode();
            var read = LogEntry.TryRead(leaf)!;
            Assert.Equal((entry.GetType(), entry.Time), (read.GetType(), read.Time));
            Assert.Equal(leaf, read.Encode());
        }

        Assert.Equal(((LoggedCertificate)Samples[0]).Der, Read<LoggedCertificate>(Samples[0]).Der);
        Assert.Equal(Samples[1], Read<LoggedRevocation>(Samples[1]));
        Assert.Equal(Samples[2], Read<LoggedRevocation>(Samples[2]));
        Assert.Equal(Samples[3], Read<LoggedCommit>(Samples[3]));
        Assert.Equal(((LoggedApproval)Samples[4]).Token, Read<LoggedApproval>(Samples[4]).Token);
        var (list, read2) = ((DeviceList)Samples[7], Read<DeviceList>(Samples[7]));
        Assert.Equal((list.User, list.Seq, list.Previous), (read2.User, read2.Seq, read2.Previous));
        Assert.Equal(list.Devices, read2.Devices);
        Assert.Null(Read<DeviceList>(Samples[6]).Previous);
        Assert.True(Read<DeviceList>(Samples[6]).Devices.Single().LetIn.IsFirst);
    }

    [Fact]
    public void TryRead_AnyOtherText_IsNullOrThatText()
    {
        // One text for one entry: what is read encodes to the very bytes, so no two leaves mean the same.
        foreach (var leaf in Samples.Select(static entry => entry.Encode()))
        {
            for (var at = 0; at < leaf.Length; at++)
            {
                foreach (var with in " \"\\0aA-_{[,}]é"u8)
                {
                    var changed = (byte[])leaf.Clone();
                    changed[at] = with;
                    AssertOneToOne(changed);
                }

                if (at % 16 == 0) AssertOneToOne([.. leaf[..at], .. leaf[(at + 1)..]]);
            }

            Damage.Run(seed: leaf.Length, rounds: 2000, leaf, AssertOneToOne);
        }
    }

    [Fact]
    public void TryRead_MembersBent_IsNull()
    {
        foreach (var leaf in Samples.Select(static entry => entry.Encode()))
            Assert.All(BentJson.Of(leaf), static bent => Assert.Null(LogEntry.TryRead(bent)));
        var devices = Text(Samples[7]);
        Assert.Null(Read(devices, "},{", "}, {"));
        Assert.Null(Read(devices, "},{", "}{"));
        Assert.Null(Read(devices, "}]}", "},]}"));
        Assert.Null(Read(devices, "\"identity\"", "\"x\":1,\"identity\""));
        Assert.Null(Read(devices, "[{", "[,{"));
    }

    [Theory]
    [InlineData("\"v\":1", "\"v\":2")]
    [InlineData("\"commit\"", "\"commits\"")]
    [InlineData("\"commit\"", "\"certificate\"")]
    [InlineData("\"epoch\":7", "\"epoch\":0")]
    [InlineData("\"epoch\":7", "\"epoch\":07")]
    [InlineData("\"epoch\":7", "\"epoch\":-7")]
    [InlineData("\"epoch\":7", "\"epoch\":9007199254740992")]
    [InlineData("\"time\":", "\"time\":25340230080")]
    public void TryRead_CommitOutOfBounds_IsNull(string what, string with) => Assert.Null(Read(Text(Samples[3]), what, with));

    [Fact]
    public void TryRead_LargestNumbers_AreRead()
    {
        Assert.NotNull(Read(Text(Samples[3]), "\"epoch\":7", "\"epoch\":9007199254740991"));
        Assert.NotNull(LogEntry.TryRead((Samples[3] with { Time = DateTimeOffset.FromUnixTimeMilliseconds(253402300799999) }).Encode()));
        Assert.NotNull(LogEntry.TryRead((Samples[3] with { Time = DateTimeOffset.UnixEpoch }).Encode()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("abc")]
    [InlineData("0A")]
    [InlineData("0g")]
    [InlineData("000102030405060708090a0b0c0d0e0f1011121314")]
    public void TryRead_SerialThatIsNone_IsNull(string serial) => Assert.Null(LogEntry.TryRead(((LoggedRevocation)Samples[1] with { Serial = serial }).Encode()));

    [Fact]
    public void TryRead_BytesOutOfBounds_IsNull()
    {
        Assert.NotNull(LogEntry.TryRead(new LoggedCertificate(TestLog.Time, new byte[8192]).Encode()));
        Assert.Null(LogEntry.TryRead(new LoggedCertificate(TestLog.Time, new byte[8193]).Encode()));
        Assert.Null(LogEntry.TryRead(new LoggedCertificate(TestLog.Time, default).Encode()));
        Assert.Null(LogEntry.TryRead(((LoggedRevocation)Samples[1] with { Reason = (X509RevocationReason)11 }).Encode()));
        Assert.Null(LogEntry.TryRead(new LoggedApproval(TestLog.Time, TestLog.Approval(JwsType.Profile)).Encode()));
        Assert.Null(LogEntry.TryRead(new LoggedApproval(TestLog.Time, "a.b.c"u8.ToArray()).Encode()));
        Assert.Null(LogEntry.TryRead(new byte[LogEntry.MaxSize + 1]));
        Assert.InRange(new LoggedApproval(TestLog.Time, new byte[Jws.MaxPs256]).Encode().Length, Jws.MaxPs256, 6 * LogEntry.MaxSize);
    }

    [Fact]
    public void TryRead_DevicesThatAreNoList_IsNull()
    {
        var (one, two, three) = (TestLog.Device(1), TestLog.Device(2), TestLog.Device(3));
        var first = TestLog.Device(4, Admission.First);
        Assert.NotNull(Again(TestLog.List(TestLog.Bob, 1, one, two, three, first)));
        Assert.Null(Again(TestLog.List(TestLog.Bob, 1, two, one)));
        Assert.Null(Again(TestLog.List(TestLog.Bob, 1, one, one)));
        Assert.Null(Again(TestLog.List(TestLog.Bob, 1, one, two with { Device = one.Device })));
        Assert.Null(Again(TestLog.List(TestLog.Bob, 1, one with { LetIn = Admission.First }, two, first)));
        Assert.Null(Again(TestLog.List(TestLog.Bob, 0, one)));
        Assert.Null(Again(TestLog.List(TestLog.Bob, 1, one) with { Previous = default(Digest) }));
        Assert.Null(Again(TestLog.List(TestLog.Bob, 2, one) with { Previous = null }));
        Assert.NotNull(Again(TestLog.List(TestLog.Bob, (1UL << 53) - 1, one)));
        Assert.Null(Again(TestLog.List(TestLog.Bob, 1UL << 53, one)));
        Assert.Null(Read(Text(TestLog.List(TestLog.Bob, 1, one)), "administrator", "Administrator"));
        Assert.Null(Read(Text(TestLog.List(TestLog.Bob, 1, one)), "administrator", ""));
    }

    [Fact]
    public void TryRead_MostDevices_IsRead_OneMoreIsNull()
    {
        ListedDevice[] most = [.. Enumerable.Range(0, DeviceList.MaxDevices).Select(static n => TestLog.Device((byte)n, Admission.ByDevice([(byte)n])))];
        var list = TestLog.List(TestLog.Bob, 5, most);
        Assert.Equal(most, Again(list)!.Devices);
        Assert.InRange(list.Encode().Length, 1, LogEntry.MaxSize);
        Assert.Null(Again(TestLog.List(TestLog.Bob, 5, [.. most, TestLog.Device(200)])));
    }

    private static void AssertOneToOne(byte[] text)
    {
        if (LogEntry.TryRead(text) is { } read) Assert.Equal(text, read.Encode());
    }

    private static T Read<T>(LogEntry entry) where T : LogEntry => Assert.IsType<T>(LogEntry.TryRead(entry.Encode()));

    private static DeviceList? Again(DeviceList list) => (DeviceList?)LogEntry.TryRead(list.Encode());

    private static LogEntry? Read(string text, string what, string with)
    {
        Assert.Contains(what, text, StringComparison.Ordinal);
        return LogEntry.TryRead(Encoding.UTF8.GetBytes(text.Replace(what, with, StringComparison.Ordinal)));
    }

    private static string Text(LogEntry entry) => Encoding.UTF8.GetString(entry.Encode());
}
