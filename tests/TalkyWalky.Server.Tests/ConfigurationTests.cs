using Microsoft.Extensions.Logging;
using TalkyWalky.Authority;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Testing;

namespace TalkyWalky.Server.Tests;

public sealed class ConfigurationTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Read_Nothing_GivesTheDefaults()
    {
        var configuration = Valid(ConfigurationReader.Read(null, Environment(), CommandLineSettings.None));
        Assert.Equal("127.0.0.1:7443", configuration.Listen.ToString());
        Assert.Null(configuration.PublicUrl);
        Assert.Equal(RegistrationPolicy.Open, configuration.Registration.Policy);
        Assert.Equal(TimeSpan.FromDays(30), configuration.Login.MaxAge);
        Assert.Equal(LogLevel.Information, configuration.Log.Level);
    }

    [Fact]
    public void Read_Sample_IsValidAndNamesEveryKeyThatBelongsInAFile()
    {
        var sample = Path.Combine(Repository.Root, "deploy", "samples", "embedded.json");
        var configuration = Valid(ConfigurationReader.Read(sample, Environment(), CommandLineSettings.None));
        Assert.Equal("https://chat.example.org:7443/", configuration.PublicUrl?.ToString());
        Assert.Equal(RegistrationPolicy.Invite, configuration.Registration.Policy);

        var settings = ConfigurationFile.TryRead(sample, out _);
        Assert.NotNull(settings);
        Assert.Equal(ConfigurationKeys.All.Where(static key => !key.IsSecret).Select(static key => key.Name).Order(StringComparer.Ordinal), settings.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Keys_PageAndCode_NameTheSame()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "configuration.md"))
            .SkipWhile(static line => line is not "## Keys").Skip(1).TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(static line => line.StartsWith("| `", StringComparison.Ordinal)).Select(static line => line.Split('`')[1]).ToList();
        Assert.NotEmpty(rows);
        Assert.Equal(ConfigurationKeys.All.Select(static key => key.Name).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Keys_EachSettableByItsVariable()
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["publicUrl"] = "https://chat.example.org", ["listen"] = "[::1]:9000", ["hosts"] = "a.example.org, 10.0.0.1", ["organisation.name"] = "Example",
            ["organisation.domain"] = "example.org", ["registration.policy"] = "closed", ["registration.invitationLife"] = "12h", ["registration.maxDevicesPerUser"] = "3",
            ["login.maxAge"] = "2d", ["mailbox.maxCount"] = "1000", ["mailbox.maxBytes"] = "1048576", ["authority.passphraseFile"] = "/run/ca",
            ["limits.connections"] = "7", ["limits.handshakeTimeout"] = "3s", ["limits.keepAliveTimeout"] = "1m", ["log.level"] = "warning",
        };
        Assert.Equal(ConfigurationKeys.All.Where(static key => !key.IsSecret).Select(static key => key.Name).Order(StringComparer.Ordinal), values.Keys.Order(StringComparer.Ordinal));

        var configuration = Valid(ConfigurationReader.Read(
            null, values.ToDictionary(static pair => ConfigurationKeys.All.Single(key => string.Equals(key.Name, pair.Key, StringComparison.Ordinal)).EnvironmentName, static pair => pair.Value), CommandLineSettings.None));

        Assert.Equal(443, configuration.PublicUrl?.Port);
        Assert.Equal("[::1]:9000", configuration.Listen.ToString());
        Assert.Equal(["a.example.org", "10.0.0.1"], configuration.Hosts);
        Assert.Equal(new OrganisationSettings("Example", "example.org"), configuration.Organisation);
        Assert.Equal(new RegistrationSettings(RegistrationPolicy.Closed, TimeSpan.FromHours(12), 3), configuration.Registration);
        Assert.Equal(new MailboxSettings(1000, 1048576), configuration.Mailbox);
        Assert.Equal("/run/ca", configuration.Authority.PassphraseFile);
        Assert.Equal(new LimitSettings(7, TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1)), configuration.Limits);
        Assert.Equal(LogLevel.Warning, configuration.Log.Level);
    }

    [Fact]
    public void Read_CommandLineOverEnvironmentOverFile()
    {
        var file = Write("""{ "listen": "127.0.0.1:1", "hosts": ["file.example.org"], "login": { "maxAge": "1d" } }""");
        var environment = Environment(("TALKYWALKYD_LISTEN", "127.0.0.1:2"), ("TALKYWALKYD_LOGIN__MAXAGE", "2d"));
        Assert.Equal(2, Valid(ConfigurationReader.Read(file, environment, CommandLineSettings.None)).Listen.Port);

        var configuration = Valid(ConfigurationReader.Read(file, environment, new CommandLineSettings("127.0.0.1:3", ["Line.example.org"])));
        Assert.Equal(3, configuration.Listen.Port);
        Assert.Equal(["line.example.org", "file.example.org"], configuration.Hosts);
        Assert.Equal(TimeSpan.FromDays(2), configuration.Login.MaxAge);
    }

    [Theory]
    [InlineData("""{ "publicURL": "https://a.b" }""", "\"publicURL\"", "\"publicUrl\"")]
    [InlineData("""{ "mailbox": { "maxcont": 5 } }""", "\"mailbox.maxcont\"", "\"mailbox.maxCount\"")]
    [InlineData("""{ "mailbox.maxCount": 500 }""", "\"mailbox.maxCount\"", "did you mean")]
    [InlineData("""{ "registraton": {} }""", "\"registraton\"", "\"registration\"?")]
    [InlineData("""{ "mailbox": 5 }""", "\"mailbox\"", "is a section")]
    [InlineData("""{ "mailbox": { "maxCount": 5 } }""", "mailbox.maxCount", "is 5; give a whole number from 100 to 10000000")]
    [InlineData("""{ "mailbox": { "maxCount": "500" } }""", "mailbox.maxCount", "is \"500\"; give a whole number")]
    [InlineData("""{ "mailbox": { "maxCount": 500.5 } }""", "mailbox.maxCount", "is 500.5")]
    [InlineData("""{ "login": { "maxAge": "30" } }""", "login.maxAge", "from 1h to 365d")]
    [InlineData("""{ "login": { "maxAge": "366d" } }""", "login.maxAge", "from 1h to 365d")]
    [InlineData("""{ "login": { "maxAge": null } }""", "login.maxAge", "is null")]
    [InlineData("""{ "registration": { "policy": "Open" } }""", "registration.policy", "give open, invite or closed")]
    [InlineData("""{ "listen": "7443" }""", "listen", "ADDRESS:PORT")]
    [InlineData("""{ "listen": "127.0.0.1" }""", "listen", "ADDRESS:PORT")]
    [InlineData("""{ "listen": "::1" }""", "listen", "ADDRESS:PORT")]
    [InlineData("""{ "listen": "127.0.0.1:65536" }""", "listen", "ADDRESS:PORT")]
    [InlineData("""{ "listen": "0.0.0.0:7443" }""", "0.0.0.0:7443", "--host NAME")]
    [InlineData("""{ "publicUrl": "http://chat.example.org" }""", "publicUrl", "https://chat.example.org:7443")]
    [InlineData("""{ "publicUrl": "https://chat.example.org/chat" }""", "publicUrl", "without a path")]
    [InlineData("""{ "hosts": "chat.example.org" }""", "hosts", "host names or IP addresses")]
    [InlineData("""{ "hosts": ["chat.example.org:7443"] }""", "hosts", "without ports")]
    [InlineData("""{ "hosts": ["*.example.org"] }""", "hosts", "host names or IP addresses")]
    [InlineData("""{ "organisation": { "domain": "Example.org" } }""", "organisation.domain", "lower case")]
    [InlineData("""{ "organisation": { "name": "" } }""", "organisation.name", "1 to 64 characters")]
    [InlineData("""{ "log": { "level": "none" } }""", "log.level", "trace, debug")]
    [InlineData("""{ "authority": { "passphrase": "do not write it here" } }""", "\"authority.passphrase\"", "TALKYWALKYD_AUTHORITY__PASSPHRASE")]
    [InlineData("""{ "listen": "127.0.0.1:1", "listen": "127.0.0.1:2" }""", "not valid JSON", "")]
    [InlineData("""{ "listen": "127.0.0.1:1", }""", "not valid JSON", "line 1")]
    [InlineData("[]", "one JSON object", "")]
    [InlineData("", "not valid JSON", "")]
    public void Read_BadFile_NamesKeyAndWhatIsAllowed(string json, string part, string another)
    {
        var error = Invalid(ConfigurationReader.Read(Write(json), Environment(), CommandLineSettings.None));
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Contains(another, error, StringComparison.Ordinal);
        Assert.DoesNotContain("do not write it here", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Theory]
    [InlineData("TALKYWALKYD_MAILBOX__MAXCONT", "5", "did you mean TALKYWALKYD_MAILBOX__MAXCOUNT?")]
    [InlineData("TALKYWALKYD_mailbox__maxCount", "500", "did you mean TALKYWALKYD_MAILBOX__MAXCOUNT?")]
    [InlineData("TALKYWALKYD_", "5", "did you mean")]
    [InlineData("TALKYWALKYD_MAILBOX__MAXCOUNT", "many", "TALKYWALKYD_MAILBOX__MAXCOUNT in the environment is \"many\"")]
    [InlineData("TALKYWALKYD_AUTHORITY__PASSPHRASE", "secret", "not usable")]
    public void Read_BadVariable_NamesItAndTheNearest(string name, string value, string text)
    {
        var error = Invalid(ConfigurationReader.Read(null, Environment((name, value)), CommandLineSettings.None));
        Assert.Contains(text, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFile_SaysSo()
    {
        var error = Invalid(ConfigurationReader.Read(_temp["none.json"], Environment(), CommandLineSettings.None));
        Assert.Contains("none.json", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HugeFile_IsRefusedUnread()
    {
        var error = Invalid(ConfigurationReader.Read(Write(new string(' ', 300_000)), Environment(), CommandLineSettings.None));
        Assert.Contains("larger than", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RelativePath_StartsAtTheFile()
    {
        var configuration = Valid(ConfigurationReader.Read(Write("""{ "authority": { "passphraseFile": "secrets/ca" } }"""), Environment(), CommandLineSettings.None));
        Assert.Equal(_temp["secrets/ca"], configuration.Authority.PassphraseFile);
    }

    [Fact]
    public void Configuration_Printed_HidesThePassphrase()
    {
        var configuration = Valid(ConfigurationReader.Read(null, Environment(("TALKYWALKYD_AUTHORITY__PASSPHRASE", "hidden hidden")), CommandLineSettings.None));
        Assert.Equal("hidden hidden", configuration.Authority.Passphrase);
        Assert.DoesNotContain("hidden", configuration.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("maxCount", "MAXCOUNT", 0)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_CountsEdits(string one, string other, int edits) => Assert.Equal(edits, NearestName.Distance(one, other));

    private static Dictionary<string, string> Environment(params (string Name, string Value)[] variables) =>
        variables.Append(("PATH", "/usr/bin")).ToDictionary(static pair => pair.Item1, static pair => pair.Item2, StringComparer.Ordinal);

    private static ServerConfiguration Valid(ConfigurationOutcome outcome) => Assert.IsType<ConfigurationOutcome.Valid>(outcome).Configuration;

    private static string Invalid(ConfigurationOutcome outcome) => Assert.IsType<ConfigurationOutcome.Invalid>(outcome).Error;

    private string Write(string json)
    {
        File.WriteAllText(_temp["talkywalkyd.json"], json);
        return _temp["talkywalkyd.json"];
    }
}
