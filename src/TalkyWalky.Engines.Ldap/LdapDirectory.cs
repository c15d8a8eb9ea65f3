using System.DirectoryServices.Protocols;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Engines.Ldap.Flavours;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Ldap;

/// <summary>An organisation's own directory: OpenLDAP or Active Directory.</summary>
public sealed partial class LdapDirectory : ISharedDirectory, IDisposable
{
    private readonly LdapOptions _options;
    private readonly ILogger _logger;
    private readonly LdapPool _pool;
    private readonly Flavour _flavour;
    private readonly People _people;
    private readonly Logins _logins;
    private readonly Registrar _registrar;
    private readonly Listing _listing;

    private LdapDirectory(LdapOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        _pool = new LdapPool(options, time, logger);
        _flavour = Flavour.Of(options, time);
        _people = new People(options, _flavour, logger);
        _logins = new Logins(options, _pool, _people, _flavour, time);
        _registrar = new Registrar(options, _pool, _people, _flavour, logger);
        _listing = new Listing(_pool, _people, _flavour, time);
    }

    /// <summary>Contacts nobody yet. Throws <see cref="EngineException"/> for an address that passwords must not be sent to.</summary>
    public static LdapDirectory Open(LdapOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Servers.Count == 0) throw new EngineException("no server of the directory is given; set directory.servers");
        if (options.Fault() is { } fault) throw new EngineException(fault);
        foreach (var server in options.Plain) LogPlain(logger, server.GetLeftPart(UriPartial.Authority));
        return new LdapDirectory(options, time, logger);
    }

    public Task<BindOutcome> BindAsync(string username, string password, CancellationToken cancellation) => _logins.BindAsync(username, password, cancellation);

    public async Task<Account?> FindAsync(string username, CancellationToken cancellation) =>
        Names.Readable(username) is { } name ? (await _pool.ReadAsync(link => _people.ByName(link, name), cancellation))?.Account : null;

    public async Task<Account?> FindAsync(UserId user, CancellationToken cancellation) =>
        (await _pool.ReadAsync(link => _people.ById(link, user), cancellation))?.Account;

    public async Task<IReadOnlyList<Account>> FindAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        users.Count == 0 ? [] : [.. (await _pool.ReadAsync(link => _people.ByIds(link, users), cancellation)).Select(static person => person.Account)];

    public Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, CancellationToken cancellation) => _listing.PageAsync(after, limit, cancellation);

    public async Task<AddOutcome> AddAsync(NewAccount account, CancellationToken cancellation)
    {
        if (_registrar.Fault(account) is { } fault) return new AddOutcome.Refused(fault);
        var outcome = await _pool.WriteAsync(link => _registrar.Add(link, account), cancellation);
        if (outcome is AddOutcome.Refused refused) LogNotAdded(_logger, refused.Why);
        return outcome;
    }

    public Task<ChangeOutcome> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation) =>
        ModifyAsync(user, entry => _flavour.Enabling(entry, enabled), enabled ? "enable accounts" : "disable accounts", cancellation);

    public Task<ChangeOutcome> UnlockAsync(UserId user, CancellationToken cancellation) => ModifyAsync(user, _flavour.Unlocking, "unlock accounts", cancellation);

    public async Task<ChangeOutcome> SetPasswordAsync(UserId user, string password, CancellationToken cancellation)
    {
        if (Names.PasswordFault(password) is { } fault) return new ChangeOutcome.Refused(fault);
        return await WithEntryAsync(user, (link, person) => _registrar.SetPassword(link, person.Entry.Dn, password), cancellation);
    }

    public Task<string?> ChangeMarkAsync(CancellationToken cancellation) => _pool.ReadAsync(_flavour.ChangeMark, cancellation);

    public Task<ChangeOutcome> PublishCertificatesAsync(
        UserId user, IReadOnlyCollection<byte[]> certificates, Func<ReadOnlyMemory<byte>, bool> isOurs, CancellationToken cancellation) =>
        WithEntryAsync(user, (link, person) => Publication.Publish(link, person.Entry.Dn, _flavour.Certificates, certificates, isOurs), cancellation);

    public Task CheckAsync(CancellationToken cancellation) => _pool.ReadAsync(
        link => Search.One(link, _options.Base, Search.DnOnly)
            ?? throw new EngineException($"the directory has no entry {_options.Base}, or the service account may not see it; check directory.base"),
        cancellation);

    public void Dispose()
    {
        _listing.Dispose();
        _pool.Dispose();
    }

    private Task<ChangeOutcome> ModifyAsync(
        UserId user, Func<LdapEntry, IReadOnlyList<DirectoryAttributeModification>> changes, string what, CancellationToken cancellation) =>
        WithEntryAsync(
            user,
            (link, person) => changes(person.Entry) is { Count: > 0 } modifications
                ? Refusal.Outcome(link.Send<ModifyResponse>(new ModifyRequest(person.Entry.Dn, [.. modifications])), what)
                : new ChangeOutcome.Done(),
            cancellation);

    private Task<ChangeOutcome> WithEntryAsync(UserId user, Func<LdapLink, Person, ChangeOutcome> work, CancellationToken cancellation) =>
        _pool.WriteAsync(link => _people.ById(link, user) is { } person ? work(link, person) : new ChangeOutcome.Unknown(), cancellation);

    [LoggerMessage(6022, LogLevel.Warning, "The directory did not take a new account: {Why}")]
    private static partial void LogNotAdded(ILogger logger, string why);

    [LoggerMessage(6021, LogLevel.Warning, "Passwords go to {Server} unencrypted; that is for trying things on one machine only")]
    private static partial void LogPlain(ILogger logger, string server);
}
