using System.Diagnostics.CodeAnalysis;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Unlock;

/// <summary>
/// PROFILE/enrolment: join link and username of an enrolment that waits for approval, so that it can go on without asking for them. The invitation is
/// left out: it was used or will be given again.
/// </summary>
public static class BegunEnrolment
{
    public const string FileName = "enrolment";
    private const int LongestFile = 4096;

    public static void Remember(string profile, Registration registration)
    {
        using var writer = new StreamWriter(Path.Combine(profile, FileName), OwnerOnly.File(FileMode.Create));
        writer.Write($"{registration.Link with { Invitation = null }}\n{registration.User}\n");
    }

    public static void Forget(string profile) => File.Delete(Path.Combine(profile, FileName));

    public static bool TryRead(string profile, [NotNullWhen(true)] out JoinLink? link, [NotNullWhen(true)] out string? user)
    {
        link = null;
        user = null;
        var file = new FileInfo(Path.Combine(profile, FileName));
        if (!file.Exists || file.Length > LongestFile) return false;
        var lines = File.ReadAllLines(file.FullName);
        if (lines.Length < 2 || !JoinLink.TryParse(lines[0], out link, out _)) return false;
        user = lines[1];
        return true;
    }
}
