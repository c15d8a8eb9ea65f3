using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Send;

/// <summary>Whom a conversation's keys go to, as verified certificates say.</summary>
/// <param name="Encryption">Encryption certificates of the peer's devices and of this person's other ones.</param>
internal sealed record Roster(UserId Peer, string Username, IReadOnlyList<VerifiedDevice> Encryption);

internal abstract record RosterOutcome
{
    private RosterOutcome() { }

    /// <param name="Invalid">Why devices of the peer were left out, a sentence; null when none was.</param>
    public sealed record Found(Roster Roster, string? Invalid) : RosterOutcome;

    /// <summary>For good: no such person, or not to be written to.</summary>
    public sealed record Refused(string Why) : RosterOutcome;

    public sealed record Waiting(string Why) : RosterOutcome;

    public sealed record Lost : RosterOutcome;
}

/// <summary>Looks people's devices up and believes certificates only, never the answer around them.</summary>
internal sealed class RosterDesk(GatewayLink link, Credentials credentials, IReadOnlyList<ReadOnlyMemory<byte>> issuing, TimeProvider time)
{
    public async Task<RosterOutcome> FindAsync(Contact contact)
    {
        var lookup = contact.User is { } user
            ? new Lookup { User = Google.Protobuf.ByteString.CopyFrom(user.ToArray()) }
            : new Lookup { Username = contact.Username };
        switch (await link.AskAsync(new ClientFrame { Lookup = lookup }))
        {
            case null:
                return new RosterOutcome.Lost();
            case { BodyCase: ServerFrame.BodyOneofCase.PersonFound } found:
                return await JudgeAsync(contact, found.PersonFound);
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: { Code: RefusalCode.UnknownUser } }:
                return new RosterOutcome.Refused($"There is nobody called \"{contact.Username}\" here; check the spelling.");
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: { Code: RefusalCode.NotAllowed } refused }:
                return new RosterOutcome.Refused(Sentences.Of(refused.Text));
            case { BodyCase: ServerFrame.BodyOneofCase.Refused } refused:
                return new RosterOutcome.Waiting(Sentences.Of(refused.Refused.Text));
            default:
                return new RosterOutcome.Waiting("The server gave an answer that makes no sense; the message is kept and tried again.");
        }
    }

    private async Task<RosterOutcome> JudgeAsync(Contact contact, PersonFound found)
    {
        var (peer, invalid) = Verify(found.Devices, contact);
        if (peer.Count == 0)
        {
            return new RosterOutcome.Waiting(invalid is null
                ? $"Waiting for {contact.Username}, who has no device that can receive yet. The message is kept and goes out then."
                : $"Waiting for {contact.Username}: {invalid} The message is kept.");
        }

        var own = await OwnDevicesAsync();
        if (own is null) return new RosterOutcome.Lost();
        if (peer.Count + own.Count > Limits.Recipients) return new RosterOutcome.Refused($"{contact.Username} has more devices than one message can go to.");
        return new RosterOutcome.Found(new Roster(peer[0].User, peer[0].Username, [.. peer, .. own]), invalid);
    }

    private async Task<List<VerifiedDevice>?> OwnDevicesAsync()
    {
        var me = credentials.Identity.User;
        var answer = await link.AskAsync(new ClientFrame { Lookup = new Lookup { User = Google.Protobuf.ByteString.CopyFrom(me.ToArray()) } });
        if (answer is null) return null;
        if (answer.BodyCase != ServerFrame.BodyOneofCase.PersonFound) return [];
        var self = new Contact(0, ContactKind.Person, me, null, credentials.Identity.Username);
        var (devices, _) = Verify(answer.PersonFound.Devices, self);
        devices.RemoveAll(device => device.Device == credentials.Identity.Device);
        return devices;
    }

    private (List<VerifiedDevice> Valid, string? Invalid) Verify(IEnumerable<Device> listed, Contact contact)
    {
        var valid = new List<VerifiedDevice>();
        string? invalid = null;
        foreach (var device in listed.Take(Limits.Recipients))
        {
            var (encryption, why) = Verify(device, contact);
            if (encryption is not null && valid.TrueForAll(one => one.User == encryption.User && one.Device != encryption.Device)) valid.Add(encryption);
            else invalid ??= $"a device of {contact.Username} is left out, because {why ?? "its certificate names another person"}.";
        }

        return (valid, invalid);
    }

    private (VerifiedDevice? Encryption, string? Why) Verify(Device listed, Contact contact)
    {
        var (identity, why) = Verify(listed.IdentityCertificate.Memory, DeviceKeyUse.Identity);
        if (identity is null) return (null, why);
        (var encryption, why) = Verify(listed.EncryptionCertificate.Memory, DeviceKeyUse.Encryption);
        if (encryption is null) return (null, why);
        // The name or id that was asked for must be what the authority certified: a server that swaps people is caught here.
        var isAsked = contact.User is { } user ? identity.User == user : string.Equals(identity.Username, contact.Username, StringComparison.OrdinalIgnoreCase);
        var isOne = identity.User == encryption.User && identity.Device == encryption.Device
            && DeviceId.TryRead(listed.Device_.Span, out var id) && identity.Device == id;
        return isAsked && isOne ? (encryption, null) : (null, "its certificates name another person or device");
    }

    private (VerifiedDevice? Device, string? Why) Verify(ReadOnlyMemory<byte> der, DeviceKeyUse use) =>
        DeviceCertificates.Verify(der, issuing, credentials.Anchor, use, time.GetUtcNow()) switch
        {
            DeviceVerification.Verified verified => (verified.Device, null),
            DeviceVerification.Refused refused => (null, $"its certificate is not valid: {refused.Reason.TrimEnd('.')}"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
