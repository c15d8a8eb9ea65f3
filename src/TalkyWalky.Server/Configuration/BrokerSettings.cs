using TalkyWalky.Engines.RabbitMq;

namespace TalkyWalky.Server.Configuration;

/// <param name="Rabbit">Null for the file in the data folder. Its password is the one of the environment, if that is set.</param>
/// <param name="PasswordFile">Read when the broker is opened.</param>
internal sealed record BrokerSettings(RabbitOptions? Rabbit, string? PasswordFile)
{
    public static BrokerSettings Read(SettingValues values, MailboxSettings mailbox)
    {
        // Read also where it is not used: a mistake in any key is one at once.
        var isRabbit = values.Read(BrokerKeys.Type);
        var options = new RabbitOptions(
            values.Read(BrokerKeys.Servers),
            values.Read(BrokerKeys.VirtualHost),
            values.Read(BrokerKeys.Username),
            values.Read(BrokerKeys.Password),
            values.Read(BrokerKeys.CaFile),
            values.Read(BrokerKeys.CertificateFile),
            values.Read(BrokerKeys.KeyFile),
            values.Read(BrokerKeys.QueueType),
            mailbox.ToLimits());
        return new BrokerSettings(isRabbit ? options : null, values.Read(BrokerKeys.PasswordFile));
    }

    /// <summary>What does not fit together, as a sentence; null when all does.</summary>
    public string? Contradiction()
    {
        if (Rabbit is null) return null;
        if (Rabbit.Servers.Count == 0) return $"{BrokerKeys.Type.Name} needs {BrokerKeys.Servers.Name}; give {BrokerKeys.Servers.Allowed}";
        if (Rabbit.Password is not null && PasswordFile is not null) return $"{BrokerKeys.Password.EnvironmentName} and {BrokerKeys.PasswordFile.Name} are both set; keep one of them";
        if (Rabbit.Username is not null != (Rabbit.Password ?? PasswordFile) is not null)
            return $"{BrokerKeys.Username.Name} and {BrokerKeys.PasswordFile.Name} belong together; give both, or neither to log in by {BrokerKeys.CertificateFile.Name}";
        if (Rabbit.CertificateFile is not null != Rabbit.KeyFile is not null) return $"{BrokerKeys.CertificateFile.Name} and {BrokerKeys.KeyFile.Name} belong together; give both or neither";
        if ((Rabbit.Username ?? Rabbit.CertificateFile) is null) return $"{BrokerKeys.Type.Name} needs a log-in; give {BrokerKeys.Username.Name} and {BrokerKeys.PasswordFile.Name}, or {BrokerKeys.CertificateFile.Name}";
        return Rabbit.Fault();
    }
}
