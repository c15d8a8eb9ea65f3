using System.Net;
using Microsoft.Extensions.Logging;
using TalkyWalky.Authority;
using TalkyWalky.Engines.Ldap;
using TalkyWalky.Engines.Postgres;
using TalkyWalky.Engines.RabbitMq;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Testing;

namespace TalkyWalky.Server.Tests;

public sealed class ConfigurationTests : IDisposable
{
    private readonly TempFolder _temp = new();

    private const string Engines =
        """
        "broker": { "type": "rabbitmq", "servers": ["amqps://mq"], "username": "tw", "passwordFile": "/run/mq" }, "store": { "type": "postgres", "servers": ["db"], "passwordFile": "/run/db" }
        """;

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

    [Theory]
    [InlineData("openldap.json", LdapKind.OpenLdap)]
    [InlineData("active-directory.json", LdapKind.ActiveDirectory)]
    public void Read_SampleOfADirectory_IsValid(string name, LdapKind kind)
    {
        var configuration = Valid(ConfigurationReader.Read(Path.Combine(Repository.Root, "deploy", "samples", name), Environment(), CommandLineSettings.None));
        Assert.NotNull(configuration.Directory.Ldap);
        Assert.Equal(kind, configuration.Directory.Ldap.Kind);
        Assert.Equal(2, configuration.Directory.Ldap.Servers.Count);
        Assert.EndsWith("{base}", configuration.Directory.Ldap.NewUser.Dn, StringComparison.Ordinal);
        Assert.NotNull(configuration.Directory.PasswordFile);
    }

    [Theory]
    [InlineData("authority.json", ServerRoles.Authority)]
    [InlineData("gateway.json", ServerRoles.Gateway)]
    public void Read_SampleOfARole_IsValid(string name, object roles)
    {
        var configuration = Valid(ConfigurationReader.Read(Path.Combine(Repository.Root, "deploy", "samples", name), Environment(), CommandLineSettings.None));
        Assert.Equal(roles, configuration.Roles.Roles);
        Assert.NotEmpty(configuration.Roles.Proxies);
        Assert.NotNull(configuration.Broker.Rabbit);
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
            ["directory.type"] = "openldap", ["directory.servers"] = "ldaps://dc1.example.org, ldap://dc2.example.org:3890", ["directory.startTls"] = "true",
            ["directory.caFile"] = "/run/ca.pem", ["directory.bindDn"] = "talkywalky@example.org", ["directory.passwordFile"] = "/run/ldap", ["directory.base"] = "dc=example,dc=org",
            ["directory.group"] = "cn=chat,dc=example,dc=org", ["directory.userFilter"] = "(&(a=1)(!(b=\\28)))", ["directory.idAttribute"] = "myId", ["directory.usernameAttribute"] = "myName",
            ["directory.fullNameAttributes"] = "myFull,cn", ["directory.mailAttribute"] = "myMail", ["directory.disabledAttribute"] = "myState", ["directory.disabledValue"] = "off",
            ["directory.newUserDn"] = "CN={username},{base}", ["directory.newUserAttributes"] = "objectClass=user,sn={lastName}",
            ["store.type"] = "postgres", ["store.servers"] = "db1.example.org, 10.0.0.1:5433, [::1]:5434", ["store.tls"] = "true", ["store.caFile"] = "/run/db.pem",
            ["store.database"] = "chat", ["store.username"] = "chat", ["store.passwordFile"] = "/run/db", ["store.connections"] = "3", ["store.timeout"] = "2s",
            ["broker.type"] = "rabbitmq", ["broker.servers"] = "amqps://mq1.example.org, amqps://10.0.0.1:5681", ["broker.virtualHost"] = "chat", ["broker.username"] = "chat",
            ["broker.passwordFile"] = "/run/mq", ["broker.caFile"] = "/run/mq.pem", ["broker.certificateFile"] = "/run/client.pem", ["broker.keyFile"] = "/run/client.key", ["broker.queueType"] = "quorum",
            ["directory.connections"] = "3", ["directory.timeout"] = "2s",
            ["directory.syncInterval"] = "4s", ["directory.breakerShare"] = "20", ["directory.breakerCount"] = "7", ["directory.publishCertificates"] = "false",
            ["roles"] = "gateway", ["authority.address"] = "[::1]:7444", ["authority.certificatesFile"] = "/run/authority.pem", ["tls.certificateFile"] = "/run/server.pem",
            ["tls.keyFile"] = "/run/server.key", ["proxies"] = "10.0.0.1, ::1",
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

        var roles = configuration.Roles;
        Assert.Equal((true, false, new DnsEndPoint("::1", 7444)), (roles.IsGateway, roles.IsAuthority, roles.AuthorityAddress));
        Assert.Equal(("/run/authority.pem", "/run/server.pem", "/run/server.key"), (roles.CertificatesFile, roles.CertificateFile, roles.KeyFile));
        Assert.Equal([IPAddress.Parse("::ffff:10.0.0.1"), IPAddress.IPv6Loopback], roles.Proxies);

        var directory = configuration.Directory;
        Assert.Equal(("/run/ldap", TimeSpan.FromSeconds(4), 20, 7, false), (directory.PasswordFile, directory.SyncInterval, directory.BreakerShare, directory.BreakerCount, directory.PublishCertificates));
        var ldap = directory.Ldap!;
        Assert.Equal((LdapKind.OpenLdap, true, "/run/ca.pem", "talkywalky@example.org"), (ldap.Kind, ldap.StartTls, ldap.CaFile, ldap.BindDn));
        Assert.Equal(["ldaps://dc1.example.org/", "ldap://dc2.example.org:3890/"], ldap.Servers.Select(static server => server.AbsoluteUri));
        Assert.Equal(("dc=example,dc=org", "cn=chat,dc=example,dc=org", 3, TimeSpan.FromSeconds(2)), (ldap.Base, ldap.Group, ldap.Connections, ldap.Timeout));
        Assert.Equal(("(&(a=1)(!(b=\\28)))", "myId", "myName", "myMail", "myState", "off"), (ldap.Map.UserFilter, ldap.Map.Id, ldap.Map.Username, ldap.Map.Mail, ldap.Map.DisabledAttribute, ldap.Map.DisabledValue));
        Assert.Equal(["myFull", "cn"], ldap.Map.FullName);
        Assert.Equal("CN={username},{base}", ldap.NewUser.Dn);
        Assert.Equal([KeyValuePair.Create("objectClass", "user"), KeyValuePair.Create("sn", "{lastName}")], ldap.NewUser.Attributes);

        var database = configuration.Store.Database;
        Assert.True(configuration.Store.IsPostgres);
        Assert.Equal([new("db1.example.org", 5432), new("10.0.0.1", 5433), new("::1", 5434)], database.Servers);
        Assert.Equal(("chat", "chat", "/run/db.pem", true, 3, TimeSpan.FromSeconds(2)), (database.Database, database.Username, database.CaFile, database.Tls, database.Connections, database.Timeout));
        Assert.Equal("/run/db", configuration.Store.PasswordFile);

        var rabbit = configuration.Broker.Rabbit!;
        Assert.Equal(["amqps://mq1.example.org/", "amqps://10.0.0.1:5681/"], rabbit.Servers.Select(static server => server.AbsoluteUri));
        Assert.Equal(("chat", "chat", "/run/mq.pem", "/run/client.pem", "/run/client.key"), (rabbit.VirtualHost, rabbit.Username, rabbit.CaFile, rabbit.CertificateFile, rabbit.KeyFile));
        Assert.Equal((RabbitQueueType.Quorum, configuration.Mailbox.ToLimits(), "/run/mq"), (rabbit.QueueType, rabbit.Limits, configuration.Broker.PasswordFile));
    }

    [Fact]
    public void Read_SampleOfABroker_IsValid()
    {
        var configuration = Valid(ConfigurationReader.Read(Path.Combine(Repository.Root, "deploy", "samples", "rabbitmq.json"), Environment(), CommandLineSettings.None));
        Assert.Equal(3, configuration.Broker.Rabbit?.Servers.Count);
        Assert.Equal(RabbitQueueType.Quorum, configuration.Broker.Rabbit?.QueueType);
    }

    [Theory]
    [InlineData("""{ "type": "kafka" }""", "give embedded or rabbitmq")]
    [InlineData("""{ "type": "rabbitmq" }""", "broker.type needs broker.servers")]
    [InlineData("""{ "servers": ["mq.example.org"] }""", "broker.servers")]
    [InlineData("""{ "servers": ["amqps://user:secret@mq.example.org"] }""", "broker.servers")]
    [InlineData("""{ "servers": ["amqps://mq.example.org/chat"] }""", "broker.servers")]
    [InlineData("""{ "queueType": "stream" }""", "give classic or quorum")]
    [InlineData("""{ "password": "do not write it here" }""", "TALKYWALKYD_BROKER__PASSWORD, or name a file in \"broker.passwordFile\"")]
    [InlineData("""{ "type": "rabbitmq", "servers": ["amqps://mq.example.org"] }""", "needs a log-in")]
    [InlineData("""{ "type": "rabbitmq", "servers": ["amqps://mq.example.org"], "username": "chat" }""", "belong together")]
    [InlineData("""{ "type": "rabbitmq", "servers": ["amqps://mq.example.org"], "certificateFile": "client.pem" }""", "broker.certificateFile and broker.keyFile belong together")]
    [InlineData("""{ "type": "rabbitmq", "servers": ["amqp://mq.example.org"], "username": "chat", "passwordFile": "mq" }""", "amqp://mq.example.org would carry the password unprotected")]
    public void Read_BrokerThatCannotBe_SaysWhatToGive(string broker, string expected)
    {
        var file = Write($$"""{ "broker": {{broker}} }""");
        Assert.Contains(expected, Assert.IsType<ConfigurationOutcome.Invalid>(ConfigurationReader.Read(file, Environment(), CommandLineSettings.None)).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/run/postgresql", "/run/postgresql", 5432)]
    [InlineData("/run/postgresql:5433", "/run/postgresql", 5433)]
    [InlineData("::1", "::1", 5432)]
    [InlineData("[fd00::1]", "fd00::1", 5432)]
    [InlineData("localhost", "localhost", 5432)]
    public void Read_StoreServer_KnowsHostAndPort(string text, string host, int port)
    {
        var file = Write($$"""{ "store": { "type": "postgres", "servers": ["{{text}}"] } }""");
        Assert.Equal([new PostgresServer(host, port)], Valid(ConfigurationReader.Read(file, Environment(), CommandLineSettings.None)).Store.Database.Servers);
    }

    [Theory]
    [InlineData("""{ "type": "mysql" }""", "give embedded or postgres")]
    [InlineData("""{ "type": "postgres" }""", "PostgreSQL as the store needs store.servers")]
    [InlineData("""{ "servers": ["db:0"] }""", "store.servers")]
    [InlineData("""{ "servers": ["db:"] }""", "store.servers")]
    [InlineData("""{ "servers": ["db:5432;Password=x"] }""", "store.servers")]
    [InlineData("""{ "servers": ["postgres://db"] }""", "store.servers")]
    [InlineData("""{ "servers": [] }""", "store.servers")]
    [InlineData("""{ "connections": 0 }""", "from 1 to 1000")]
    [InlineData("""{ "password": "do not write it here" }""", "TALKYWALKYD_STORE__PASSWORD, or name a file in \"store.passwordFile\"")]
    [InlineData("""{ "type": "postgres", "servers": ["db.example.org"], "tls": false }""", "would pass to db.example.org:5432 in the clear")]
    [InlineData("""{ "type": "postgres", "servers": ["127.0.0.1", "10.0.0.1"], "tls": false }""", "would pass to 10.0.0.1:5432 in the clear")]
    [InlineData("""{ "type": "postgres", "servers": ["/run/postgresql", "127.0.0.1"] }""", "stands alone in store.servers")]
    public void Read_StoreThatCannotBe_SaysWhatToGive(string store, string expected)
    {
        var invalid = Assert.IsType<ConfigurationOutcome.Invalid>(ConfigurationReader.Read(Write($$"""{ "store": {{store}} }"""), Environment(), CommandLineSettings.None));
        Assert.Contains(expected, invalid.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("do not write", invalid.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SampleOfADatabase_IsValid()
    {
        var configuration = Valid(ConfigurationReader.Read(Path.Combine(Repository.Root, "deploy", "samples", "postgres.json"), Environment(), CommandLineSettings.None));
        Assert.Equal(2, configuration.Store.Database.Servers.Count);
        Assert.True(configuration.Store.Database.Tls);
        Assert.NotNull(configuration.Store.PasswordFile);
    }

    [Theory]
    [InlineData("openldap", LdapKind.OpenLdap)]
    [InlineData("active-directory", LdapKind.ActiveDirectory)]
    public void Read_DirectoryTypeAndLittleElse_TakesThePreset(string type, LdapKind kind)
    {
        var file = Write($$"""{ "directory": { "type": "{{type}}", "servers": ["ldaps://ldap.example.org"], "base": "dc=example,dc=org" } }""");
        var ldap = Valid(ConfigurationReader.Read(file, Environment(), CommandLineSettings.None)).Directory.Ldap!;
        Assert.Equal((kind, LdapPresets.MapOf(kind).UserFilter, LdapPresets.MapOf(kind).Id), (ldap.Kind, ldap.Map.UserFilter, ldap.Map.Id));
        Assert.Equal(LdapPresets.NewUserOf(kind).Dn, ldap.NewUser.Dn);
        Assert.Null(ldap.BindDn);
    }

    [Theory]
    [InlineData("""{ "type": "openldap" }""", "directory.type needs directory.servers")]
    [InlineData("""{ "type": "openldap", "servers": ["ldaps://a"] }""", "directory.type needs directory.base")]
    [InlineData("""{ "type": "ldap" }""", "give embedded, openldap or active-directory")]
    [InlineData("""{ "servers": ["https://a"] }""", "directory.servers")]
    [InlineData("""{ "servers": ["ldaps://a/dc=example"] }""", "directory.servers")]
    [InlineData("""{ "servers": [] }""", "directory.servers")]
    [InlineData("""{ "startTls": "true" }""", "directory.startTls in")]
    [InlineData("""{ "startTls": 1 }""", "give true or false")]
    [InlineData("""{ "base": "example.org" }""", "give a DN")]
    [InlineData("""{ "userFilter": "objectClass=person" }""", "give an LDAP filter")]
    [InlineData("""{ "userFilter": "(a=1)(b=2)" }""", "give an LDAP filter")]
    [InlineData("""{ "userFilter": "((a=1)" }""", "give an LDAP filter")]
    [InlineData("""{ "usernameAttribute": "u id" }""", "give the name of an attribute")]
    [InlineData("""{ "newUserDn": "uid=ada,{base}" }""", "give a DN with {username} in it")]
    [InlineData("""{ "newUserDn": "uid={username},{bas}" }""", "give a DN with {username} in it")]
    [InlineData("""{ "newUserAttributes": ["objectClass"] }""", "a list of NAME=TEMPLATE")]
    [InlineData("""{ "newUserAttributes": ["sn={surname}"] }""", "a list of NAME=TEMPLATE")]
    [InlineData("""{ "breakerShare": 101 }""", "from 0 to 100")]
    [InlineData("""{ "password": "do not write it here" }""", "TALKYWALKYD_DIRECTORY__PASSWORD, or name a file in \"directory.passwordFile\"")]
    [InlineData("""{ "type": "openldap", "servers": ["ldap://ldap.example.org"], "base": "dc=a", "startTls": false }""", "ldap://ldap.example.org would carry passwords unprotected")]
    [InlineData("""{ "type": "openldap", "servers": ["ldaps://a"], "base": "dc=a", "bindDn": "cn=a" }""", "directory.bindDn and directory.passwordFile belong together")]
    [InlineData("""{ "type": "openldap", "servers": ["ldaps://a"], "base": "dc=a", "passwordFile": "a" }""", "directory.bindDn and directory.passwordFile belong together")]
    [InlineData("""{ "type": "active-directory", "servers": ["ldaps://a"], "base": "dc=a", "disabledAttribute": "description" }""", "directory.disabledAttribute and directory.disabledValue are for OpenLDAP")]
    [InlineData("""{ "type": "active-directory", "servers": ["ldaps://a"], "base": "dc=a", "disabledValue": "left" }""", "directory.disabledAttribute and directory.disabledValue are for OpenLDAP")]
    public void Read_BadDirectory_SaysWhatToDo(string section, string part)
    {
        var error = Invalid(ConfigurationReader.Read(Write($$"""{ "directory": {{section}} }"""), Environment(), CommandLineSettings.None));
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.DoesNotContain("do not write it here", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "roles": ["gateway"] }""", "set broker.type to rabbitmq and store.type to postgres")]
    [InlineData("""{ "roles": ["authority"] }""", "set broker.type to rabbitmq and store.type to postgres")]
    [InlineData($$"""{ "roles": ["gateway"], {{Engines}} }""", "needs authority.address")]
    [InlineData($$"""{ "roles": ["gateway"], {{Engines}}, "authority": { "address": "10.0.0.5:7443" } }""", "needs authority.certificatesFile")]
    [InlineData($$"""{ "roles": ["authority"], {{Engines}} }""", "needs publicUrl")]
    [InlineData("""{ "roles": ["porter"] }""", "give a list of gateway and authority")]
    [InlineData("""{ "roles": [] }""", "give a list of gateway and authority")]
    [InlineData("""{ "authority": { "address": "10.0.0.5" } }""", "give HOST:PORT")]
    [InlineData("""{ "proxies": ["haproxy"] }""", "IP addresses")]
    public void Read_BadRoles_SaysWhatToDo(string file, string part) =>
        Assert.Contains(part, Invalid(ConfigurationReader.Read(Write(file), Environment(), CommandLineSettings.None)), StringComparison.Ordinal);

    [Theory]
    [InlineData("ldap://127.0.0.1:3890")]
    [InlineData("ldap://[::1]:3890")]
    [InlineData("ldap://localhost")]
    public void Read_WithoutTlsOnLoopback_IsAllowed(string server)
    {
        var file = Write($$"""{ "directory": { "type": "openldap", "servers": ["{{server}}"], "base": "dc=a", "startTls": false } }""");
        Assert.Equal(server, Assert.Single(Valid(ConfigurationReader.Read(file, Environment(), CommandLineSettings.None)).Directory.Ldap!.Servers).OriginalString);
    }

    [Fact]
    public void Read_CommandLineOverEnvironmentOverFile()
    {
        var file = Write("""{ "listen": "127.0.0.1:1", "hosts": ["file.example.org"], "login": { "maxAge": "1d" } }""");
        var environment = Environment(("TALKYWALKYD_LISTEN", "127.0.0.1:2"), ("TALKYWALKYD_LOGIN__MAXAGE", "2d"));
        Assert.Equal(2, Valid(ConfigurationReader.Read(file, environment, CommandLineSettings.None)).Listen.Port);

        var configuration = Valid(ConfigurationReader.Read(file, environment, new CommandLineSettings("127.0.0.1:3", ["Line.example.org"], null)));
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
    [InlineData("TALKYWALKYD_DIRECTORY__PASSWORD", "", "not usable")]
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

        var file = Write("""{ "directory": { "type": "openldap", "servers": ["ldaps://a"], "base": "dc=a", "bindDn": "cn=a" } }""");
        configuration = Valid(ConfigurationReader.Read(file, Environment(("TALKYWALKYD_DIRECTORY__PASSWORD", "hidden hidden")), CommandLineSettings.None));
        Assert.Equal("hidden hidden", configuration.Directory.Ldap?.Password);
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
