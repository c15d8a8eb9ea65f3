using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client;

/// <param name="FullName">Only for a new account.</param>
/// <param name="Mail">Only for a new account.</param>
public sealed record Registration(JoinLink Link, string User, string Password, string? FullName, string? Mail)
{
    public override string ToString() => $"Registration {{ User = {User}, Gateway = {Link.Gateway} }}";
}

public enum EnrolmentStep
{
    Contacting,
    Registering,
    MakingKeys,
    RequestingCertificates,
    Done,
}

/// <summary>Every <c>Why</c> is a sentence for a person that says what to do.</summary>
public abstract record EnrolOutcome
{
    private EnrolOutcome() { }

    public sealed record Enrolled(Self Self) : EnrolOutcome;

    /// <summary>Someone must approve first. The keys stay in the profile; try again with <see cref="Enrolment.EnrolAsync"/>.</summary>
    /// <param name="KeyFingerprint">SHA-256 of this device's identity key, hex: who approves sees the same (<see cref="DeviceInfo.KeyFingerprint"/>).</param>
    public sealed record Pending(string Why, TimeSpan RetryAfter, string KeyFingerprint) : EnrolOutcome;

    public sealed record Refused(string Why) : EnrolOutcome;

    public sealed record Unreachable(string Why) : EnrolOutcome;

    /// <summary>Another process owns the profile.</summary>
    public sealed record ProfileInUse(string Why) : EnrolOutcome;

    /// <summary>The folder already holds an enrolled profile, or one begun for another person or server.</summary>
    public sealed record ProfileExists(string Why) : EnrolOutcome;

    public sealed record WrongPassphrase(string Why) : EnrolOutcome;

    public sealed record Damaged(string Why) : EnrolOutcome;
}

/// <summary>Makes a profile: keys on this device, certificates from the authority (docs/protocol.md section 2).</summary>
public static class Enrolment
{
    /// <summary>Makes the account, then enrols this device. After an interruption it goes on with the same keys.</summary>
    public static Task<EnrolOutcome> RegisterAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep>? progress, ClientEnvironment environment,
        CancellationToken cancellation) => RunAsync(profile, passphrase, registration, registers: true, progress, environment, cancellation);

    /// <summary>Enrols this device for an account that exists, or goes on with an enrolment that is pending or was interrupted.</summary>
    public static Task<EnrolOutcome> EnrolAsync(
        string profile, string passphrase, Registration registration, IProgress<EnrolmentStep>? progress, ClientEnvironment environment,
        CancellationToken cancellation) => RunAsync(profile, passphrase, registration, registers: false, progress, environment, cancellation);

    private static async Task<EnrolOutcome> RunAsync(
        string profile, string passphrase, Registration registration, bool registers, IProgress<EnrolmentStep>? progress, ClientEnvironment environment,
        CancellationToken cancellation)
    {
        if (registration.Password.Length == 0) return new EnrolOutcome.Refused("The password is empty; give one.");
        if (System.Text.Encoding.UTF8.GetByteCount(registration.Password) > Limits.Password)
            return new EnrolOutcome.Refused($"The password is too long; {Limits.Password} bytes are the limit.");
        if (registration.User.Contains(':', StringComparison.Ordinal)) return new EnrolOutcome.Refused("A username has no colon in it.");
        var opening = await Task.Run(() => ProfileFolder.Open(profile, passphrase, create: true), cancellation);
        if (opening is not FolderOpening.Opened { Folder: var folder }) return Translate(opening);
        var isWorthKeeping = true;
        try
        {
            var run = new EnrolmentRun(folder, registration, registers, progress, environment, cancellation);
            var outcome = await run.RunAsync();
            // A wrong link, name or password shall not block the folder for the next try.
            var isBegun = await folder.Database.RunAsync(static rows => ProfileSettings.Read(rows) is not null, CancellationToken.None);
            isWorthKeeping = isBegun && !(run.IsNew && outcome is EnrolOutcome.Refused);
            return outcome;
        }
        catch (ProfileDamagedException failure)
        {
            return new EnrolOutcome.Damaged($"The profile {profile} is damaged: {failure.Message}. Enrol this device anew in another folder.");
        }
        catch (Microsoft.Data.Sqlite.SqliteException failure)
        {
            return new EnrolOutcome.Damaged($"The profile {profile} cannot be written: {StoreFailure.Explain(failure)}");
        }
        finally
        {
            if (isWorthKeeping) await folder.DisposeAsync();
            else await folder.DiscardAsync();
        }
    }

    private static EnrolOutcome Translate(FolderOpening opening) => opening switch
    {
        FolderOpening.InUse inUse => new EnrolOutcome.ProfileInUse(inUse.Why),
        FolderOpening.WrongPassphrase wrong => new EnrolOutcome.WrongPassphrase(wrong.Why),
        FolderOpening.Damaged damaged => new EnrolOutcome.Damaged(damaged.Why),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
