using System.Net;
using TalkyWalky.Authority;
using TalkyWalky.Engines;

namespace TalkyWalky.Server.Configuration;

/// <summary>Everything an administrator can set, validated and read once at the start. docs/configuration.md explains each key.</summary>
internal sealed record ServerConfiguration(
    Uri? PublicUrl,
    IPEndPoint Listen,
    IReadOnlyList<string> Hosts,
    OrganisationSettings Organisation,
    RegistrationSettings Registration,
    LoginSettings Login,
    MailboxSettings Mailbox,
    PassphraseSettings Authority,
    LimitSettings Limits,
    LogSettings Log,
    DirectorySettings Directory,
    StoreSettings Store,
    BrokerSettings Broker,
    RoleSettings Roles)
{
    public AuthorityOptions ToAuthorityOptions() => new(Registration.Policy, Login.MaxAge, Registration.MaxDevicesPerUser);
}

/// <param name="Domain">Stands in the names inside certificates (tw://DOMAIN/user/ID) and is fixed once the CA is made.</param>
internal sealed record OrganisationSettings(string Name, string Domain);

internal sealed record RegistrationSettings(RegistrationPolicy Policy, TimeSpan InvitationLife, int MaxDevicesPerUser);

internal sealed record LoginSettings(TimeSpan MaxAge);

internal sealed record MailboxSettings(long MaxCount, long MaxBytes)
{
    public MailboxLimits ToLimits() => MailboxLimits.Default with { Count = MaxCount, Bytes = MaxBytes };
}

/// <param name="Passphrase">From the environment only.</param>
internal sealed record PassphraseSettings(string? PassphraseFile, string? Passphrase)
{
    public override string ToString() => $"{nameof(PassphraseSettings)} {{ {nameof(PassphraseFile)} = {PassphraseFile} }}"; // never the passphrase
}

/// <param name="Connections">TCP connections at once, devices and enrolment together.</param>
internal sealed record LimitSettings(int Connections, TimeSpan HandshakeTimeout, TimeSpan KeepAliveTimeout);

internal sealed record LogSettings(Microsoft.Extensions.Logging.LogLevel Level);

internal abstract record ConfigurationOutcome
{
    private ConfigurationOutcome() { }

    public sealed record Valid(ServerConfiguration Configuration) : ConfigurationOutcome;

    /// <param name="Error">A sentence that names key, value and what is allowed.</param>
    public sealed record Invalid(string Error) : ConfigurationOutcome;
}
