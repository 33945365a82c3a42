using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace GpuVSphere.Conventions.Tests;

/// <summary>Writes what an assembly shows, one line for each type and member, so that a change of it shows in review.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly IReadOnlyDictionary<Type, string> s_keywords = new Dictionary<Type, string>
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(char)] = "char", [typeof(short)] = "short", [typeof(ushort)] = "ushort",
        [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(double)] = "double", [typeof(string)] = "string", [typeof(object)] = "object",
    };

    public static string Of(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(type.Namespace).Append('.').Append(Name(type)).Append(" : ").Append(Kind(type));
            IEnumerable<string> bases = Bases(type);
            text.Append(bases.Any() ? " " + string.Join(", ", bases) : "").Append('\n');
            foreach (string member in Members(type).OrderBy(member => member, StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum)
        {
            yield break;
        }

        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && !typeof(Delegate).IsAssignableFrom(type))
        {
            yield return Name(parent);
        }

        if (!typeof(Delegate).IsAssignableFrom(type))
        {
            HashSet<Type> inherited = [.. type.BaseType?.GetInterfaces() ?? [], .. type.GetInterfaces().SelectMany(one => one.GetInterfaces())];
            foreach (string name in type.GetInterfaces().Where(one => one.IsVisible && !inherited.Contains(one)).Select(Name).Order(StringComparer.Ordinal))
            {
                yield return name;
            }
        }
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            foreach (string name in Enum.GetNames(type))
            {
                yield return $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)}";
            }

            yield break;
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            yield return $"({Parameters(invoke)}) -> {Name(invoke.ReturnType)}";
            yield break;
        }

        foreach (ConstructorInfo constructor in type.GetConstructors(Declared).Where(one => IsShown(one) && !one.IsStatic && !IsMadeByTheCompiler(one)))
        {
            yield return $"new({Parameters(constructor)})";
        }

        foreach (FieldInfo field in type.GetFields(Declared).Where(one => one.IsPublic || one.IsFamily))
        {
            yield return $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}";
        }

        foreach (PropertyInfo property in type.GetProperties(Declared))
        {
            string accessors = (IsShown(property.GetMethod) ? " get;" : "") + (IsShown(property.SetMethod) ? IsInit(property.SetMethod!) ? " init;" : " set;" : "");
            if (accessors.Length > 0)
            {
                ParameterInfo[] index = property.GetIndexParameters();
                string name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(one => Name(one.ParameterType)))}]";
                yield return $"{Modifiers(property.GetMethod ?? property.SetMethod!)}{Name(property.PropertyType)} {name} {{{accessors} }}";
            }
        }

        foreach (EventInfo happening in type.GetEvents(Declared).Where(one => IsShown(one.AddMethod)))
        {
            yield return $"event {Name(happening.EventHandlerType!)} {happening.Name}";
        }

        foreach (MethodInfo method in type.GetMethods(Declared).Where(one => IsShown(one) && !IsMadeByTheCompiler(one) && !IsAccessor(one)))
        {
            string generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(one => one.Name))}>" : "";
            yield return $"{Modifiers(method)}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
        }
    }

    private static bool IsShown(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    // What a record brings by being a record (Equals, Deconstruct and the like) says nothing that its constructor does not.
    private static bool IsMadeByTheCompiler(MethodBase method) => method.IsDefined(typeof(CompilerGeneratedAttribute), false);

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit");

    private static string Modifiers(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static "
            : method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract "
            : method.IsVirtual && !method.IsFinal && method is MethodInfo info ? info.GetBaseDefinition() == info ? "virtual " : "override " : "");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        (parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : parameter.IsDefined(typeof(ParamArrayAttribute), false) ? "params " : "")
        + Name(parameter.ParameterType) + " " + parameter.Name + (parameter.IsOptional ? " = " + Default(parameter.RawDefaultValue) : "")));

    private static string Default(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
        : type.IsInterface ? "interface"
        : type.IsValueType ? "struct"
        : type.IsAbstract && type.IsSealed ? "static class"
        : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class" : "class";

    private static string Name(Type type)
    {
        if (s_keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner) + "?";
        }

        string name = type.IsNested && !type.IsGenericParameter ? Name(type.DeclaringType!) + "." + type.Name : type.Name;
        return type.IsGenericType && name.Contains('`') ? $"{name[..name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
