using TalkyWalky.Engines.RabbitMq;

namespace TalkyWalky.Server.Configuration;

/// <summary>The keys of the broker that keeps the mailboxes.</summary>
internal static class BrokerKeys
{
    public const int MaxServers = 8;

    public static readonly ConfigurationKey<bool> Type = new(
        "broker.type", false, "embedded or rabbitmq", SettingReaders.OneOf(("embedded", false), ("rabbitmq", true)));

    public static readonly ConfigurationKey<IReadOnlyList<Uri>> Servers = new(
        "broker.servers", [], $"a list of 1 to {MaxServers} addresses like amqps://mq1.example.org or amqp://127.0.0.1:5672", ReadServers);

    public static readonly ConfigurationKey<string> VirtualHost = new("broker.virtualHost", "/", "a name of 1 to 255 characters", SettingReaders.Text(1, 255));

    public static readonly ConfigurationKey<string?> Username = new("broker.username", null, "a name of 1 to 255 characters", SettingReaders.Text(1, 255)!);

    public static readonly ConfigurationKey<string?> PasswordFile = new("broker.passwordFile", null, "the path of a file that holds the password in its first line", SettingReaders.Path);

    public static readonly ConfigurationKey<string?> Password = new("broker.password", null, "1 to 1024 characters", SettingReaders.Secret(1, 1024)) { SecretFile = PasswordFile };

    public static readonly ConfigurationKey<string?> CaFile = new("broker.caFile", null, "the path of a PEM file with the broker's CA", SettingReaders.Path);

    public static readonly ConfigurationKey<string?> CertificateFile = new("broker.certificateFile", null, "the path of a PEM file with a client certificate", SettingReaders.Path);

    public static readonly ConfigurationKey<string?> KeyFile = new("broker.keyFile", null, "the path of a PEM file with the client certificate's key", SettingReaders.Path);

    public static readonly ConfigurationKey<RabbitQueueType> QueueType = new("broker.queueType", RabbitQueueType.Classic, "classic or quorum", SettingReaders.Choice<RabbitQueueType>());

    public static IReadOnlyList<ConfigurationKey> All { get; } = [Type, Servers, VirtualHost, Username, PasswordFile, Password, CaFile, CertificateFile, KeyFile, QueueType];

    private static bool ReadServers(Setting setting, out IReadOnlyList<Uri> value)
    {
        value = [.. setting.Items.Select(static item => Uri.TryCreate(item, UriKind.Absolute, out var address) ? address : null).OfType<Uri>()];
        return setting.Shape is SettingShape.Untyped or SettingShape.List && value.Count == setting.Items.Count && value.Count is > 0 and <= MaxServers && value.All(IsServer);
    }

    // The virtual host and the user have keys of their own.
    private static bool IsServer(Uri address) =>
        address.Scheme is "amqp" or "amqps" && address.Host.Length > 0 && address.PathAndQuery is "" or "/" && address.UserInfo.Length == 0 && address.Fragment.Length == 0;
}
