using TalkyWalky.Client;
using TalkyWalky.Client.Unlock;

namespace TalkyWalky.App.Launch;

/// <summary>The app's own browser profile, apart from the person's: no extensions, no history, no passwords.</summary>
internal static class BrowserFolder
{
    // What a person types into the app belongs into no browser's memory. Names: chrome/common/pref_names.h and components/*/pref_names.h of Chromium.
    private const string Preferences =
        """
        {
          "credentials_enable_service": false,
          "credentials_enable_autosignin": false,
          "profile": { "password_manager_enabled": false, "password_manager_leak_detection": false, "name": "TalkyWalky" },
          "autofill": { "profile_enabled": false, "credit_card_enabled": false },
          "payments": { "can_make_payment_enabled": false },
          "translate": { "enabled": false },
          "spellcheck": { "use_spelling_service": false },
          "search": { "suggest_enabled": false },
          "signin": { "allowed": false },
          "background_mode": { "enabled": false }
        }
        """;

    /// <summary>Makes the folder and its preferences where they are not there yet. What the browser changed later stays.</summary>
    /// <returns>The folder for --user-data-dir.</returns>
    public static string Prepare(string profile, string program, Func<string, string?> variable)
    {
        var folder = PathFor(profile, program, variable);
        var inner = Path.Combine(folder, "Default");
        var preferences = Path.Combine(inner, "Preferences");
        if (File.Exists(preferences)) return folder;
        OwnerOnly.MakeFolder(folder);
        OwnerOnly.MakeFolder(inner);
        using var writer = new StreamWriter(preferences, OwnerOnly.File(FileMode.Create));
        writer.Write(Preferences);
        return folder;
    }

    private static string PathFor(string profile, string program, Func<string, string?> variable)
    {
        // A snap sees no hidden folder of the home folder, only its own (https://snapcraft.io/docs/home-interface).
        if (program.StartsWith("/snap/", StringComparison.Ordinal) && variable("HOME") is { Length: > 0 } home)
            return Path.Combine(home, "snap", Path.GetFileName(program), "common", "talkywalky", Path.GetFileName(ProfilePaths.KeyFile(profile, variable)));
        return Path.Combine(profile, "browser");
    }
}
