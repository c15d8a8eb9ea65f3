using System.DirectoryServices.Protocols;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Engines.Ldap.Flavours;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Ldap;

/// <summary>Adds people, and sets passwords. The directory hashes them, never we.</summary>
internal sealed partial class Registrar(LdapOptions options, LdapPool pool, People people, Flavour flavour, ILogger logger)
{
    private const string Adding = "add accounts", Setting = "set passwords";

    /// <summary>Null when the directory may be asked, else a sentence.</summary>
    public string? Fault(NewAccount account)
    {
        if (Names.Readable(account.Username) is not { } name) return $"a username has 1 to {Limits.DirectoryUsernameMax} characters and no control characters";
        if (!Names.IsText(account.FullName) || !Names.IsText(account.Mail ?? "")) return "a full name and a mail address hold no control characters";
        return Names.PasswordFault(account.Password) ?? flavour.NameFault(name);
    }

    public AddOutcome Add(LdapLink link, NewAccount account)
    {
        var entry = new NewEntry(options, account);
        // What is not there now is ours to take away again.
        if (people.IsTaken(link, entry.Username) || Search.One(link, entry.Dn, Search.DnOnly) is not null) return new AddOutcome.NameTaken();
        try
        {
            return Add(link, entry, account.Password);
        }
        catch (LinkException e)
        {
            Undo(link.Server, entry.Dn, e);
            throw;
        }
    }

    public ChangeOutcome SetPassword(LdapLink link, string dn, string password)
    {
        var response = flavour.SetPassword(link, dn, Names.Prepare(password));
        return response.ResultCode != ResultCode.Success && flavour.PasswordFault(response) is { } fault
            ? new ChangeOutcome.Refused(fault)
            : Refusal.Outcome(response, Setting);
    }

    private AddOutcome Add(LdapLink link, NewEntry entry, string password)
    {
        var added = link.Send<AddResponse>(new AddRequest(entry.Dn, [.. entry.Attributes, .. flavour.NewEntry]));
        if (added.ResultCode == ResultCode.EntryAlreadyExists) return new AddOutcome.NameTaken();
        if (added.ResultCode != ResultCode.Success) return new AddOutcome.Refused(Refusal.Sentence(added, Adding));
        if (Refused(link, entry.Dn, password) is { } why)
        {
            Delete(link, entry.Dn);
            return new AddOutcome.Refused(why);
        }

        if (people.ByName(link, entry.Username) is { } person) return new AddOutcome.Added(person.Account);
        Delete(link, entry.Dn);
        throw new EngineException($"the new entry {entry.Dn} is not found under {options.Base}; check directory.newUserDn, directory.newUserAttributes and directory.userFilter");
    }

    private string? Refused(LdapLink link, string dn, string password)
    {
        var set = flavour.SetPassword(link, dn, Names.Prepare(password));
        if (set.ResultCode != ResultCode.Success) return flavour.PasswordFault(set) ?? Refusal.Sentence(set, Setting);
        return flavour.Admit(link, dn) is { } admitted && admitted.ResultCode != ResultCode.Success ? Refusal.Sentence(admitted, "enable accounts") : null;
    }

    // Half of an account would be a name that is taken, and nobody's.
    private void Undo(Uri server, string dn, LinkException broken)
    {
        try
        {
            pool.Anew(link =>
            {
                // Another server may not have the entry yet, and get it later.
                if (link.Server != server) throw new LinkException($"{server.GetLeftPart(UriPartial.Authority)} does not answer any more");
                Delete(link, dn);
                return true;
            });
        }
        catch (Exception e) when (e is LinkException or EngineException)
        {
            LogLeft(logger, dn, broken.Message, e.Message);
            throw new EngineException($"the directory stopped answering while {dn} was added ({broken.Message}); it may be there without a password: delete it before it is tried again", e);
        }
    }

    private static void Delete(LdapLink link, string dn)
    {
        var deleted = link.Send<DeleteResponse>(new DeleteRequest(dn));
        if (deleted.ResultCode is not (ResultCode.Success or ResultCode.NoSuchObject))
            throw new EngineException($"the entry {dn} was added, could not be finished, and cannot be taken away again ({Refusal.Text(deleted)}); delete it, and let the service account delete entries");
    }

    [LoggerMessage(6023, LogLevel.Error, "The entry {Entry} may be there without a password, delete it: the connection broke while it was added ({Reason}), and it could not be taken away ({Why})")]
    private static partial void LogLeft(ILogger logger, string entry, string reason, string why);
}
